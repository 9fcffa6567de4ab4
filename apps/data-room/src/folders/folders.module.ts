import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module.js';
import { FolderController } from './folder.controller.js';
import { FolderListing } from './folder-listing.js';
import { FolderService } from './folder.service.js';

@Module({
  imports: [FilesModule],
  controllers: [FolderController],
  providers: [FolderService, FolderListing],
  exports: [FolderService],
})
export class FoldersModule {}
