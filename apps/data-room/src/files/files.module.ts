import { Module } from '@nestjs/common';
import { MulterModule } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FileController } from './file.controller.js';
import { File } from './file.entity.js';
import { FileLedger } from './file-ledger.js';
import { FileService } from './file.service.js';
import { FileStorage } from './file-storage.js';
import { StorageModule } from './storage.module.js';
import { uploadOptions } from './upload.js';

@Module({
  imports: [
    StorageModule,
    TypeOrmModule.forFeature([File]),
    MulterModule.registerAsync({ imports: [StorageModule], inject: [FileStorage], useFactory: uploadOptions }),
  ],
  controllers: [FileController],
  providers: [FileService, FileLedger],
  exports: [FileService, FileLedger, StorageModule],
})
export class FilesModule {}
