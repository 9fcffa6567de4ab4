import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FilesModule } from '../files/files.module.js';
import { DataRoomController } from './data-room.controller.js';
import { DataRoom } from './data-room.entity.js';
import { DataRoomService } from './data-room.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([DataRoom]), FilesModule],
  controllers: [DataRoomController],
  providers: [DataRoomService],
})
export class DataRoomsModule {}
