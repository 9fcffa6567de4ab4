import { Body, Controller, Delete, Get, HttpCode, NotFoundException, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
} from '@nestjs/swagger';
import { CurrentRole } from '../access/current-role.decorator.js';
import { Needs } from '../access/needs.decorator.js';
import { CurrentUser } from '../auth/current-user.decorator.js';
import { FileLedger, type Usage } from '../files/file-ledger.js';
import { idSchema } from '../http/id.schema.js';
import type { Page } from '../http/page.js';
import type { Role } from '../members/role.js';
import type { Profile } from '../users/user.service.js';
import {
  dataRoomBody,
  dataRoomDetailSchema,
  dataRoomPageSchema,
  dataRoomSchema,
  dataRoomsQuery,
  type DataRoomBody,
  type DataRoomsQuery,
} from './data-room.schema.js';
import { DataRoomService } from './data-room.service.js';
import { viewOf, type DataRoomView } from './data-room.view.js';

@Controller('data-rooms')
@ApiBearerAuth()
export class DataRoomController {
  constructor(
    private readonly dataRooms: DataRoomService,
    private readonly ledger: FileLedger,
  ) {}

  @Post()
  @ApiCreatedResponse({ standardSchema: dataRoomSchema, description: 'A data room that the caller owns.' })
  create(@CurrentUser() user: Profile, @Body({ schema: dataRoomBody }) { name }: DataRoomBody): Promise<DataRoomView> {
    return this.dataRooms.create(name, user.id);
  }

  @Get()
  @ApiOkResponse({ standardSchema: dataRoomPageSchema, description: "The caller's data rooms, oldest first." })
  list(
    @CurrentUser() user: Profile,
    @Query({ schema: dataRoomsQuery }) query: DataRoomsQuery,
  ): Promise<Page<DataRoomView>> {
    return this.dataRooms.listOf(user.id, query);
  }

  @Get(':id')
  @Needs({ role: 'viewer', of: 'data room' })
  @ApiOkResponse({ standardSchema: dataRoomDetailSchema })
  @ApiNotFoundResponse({ description: 'There is no such data room, or the caller is no member.' })
  async find(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentRole() role: Role,
  ): Promise<DataRoomView & { usage: Usage }> {
    const [dataRoom, usage] = await Promise.all([this.dataRooms.find(id), this.ledger.usage(id)]);
    if (!dataRoom) throw new NotFoundException('There is no such data room.');
    return { ...viewOf(dataRoom, role), usage };
  }

  @Patch(':id')
  @Needs({ role: 'owner', of: 'data room' })
  @ApiOkResponse({ standardSchema: dataRoomSchema })
  @ApiForbiddenResponse({ description: 'The caller is no owner.' })
  @ApiNotFoundResponse({ description: 'There is no such data room, or the caller is no member.' })
  async rename(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentRole() role: Role,
    @Body({ schema: dataRoomBody }) { name }: DataRoomBody,
  ): Promise<DataRoomView> {
    return viewOf(await this.dataRooms.rename(id, name), role);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs({ role: 'owner', of: 'data room' })
  @ApiNoContentResponse({ description: 'Gone, with its folders, files and members.' })
  @ApiForbiddenResponse({ description: 'The caller is no owner.' })
  @ApiNotFoundResponse({ description: 'There is no such data room, or the caller is no member.' })
  remove(@Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.dataRooms.remove(id);
  }
}
