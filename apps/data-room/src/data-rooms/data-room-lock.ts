import { NotFoundException } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataRoom } from './data-room.entity.js';

/**
 * Until the transaction ends nobody else changes members, moves or deletes folders here, or adds rows that refer to the
 * data room. On the embedded database the transaction alone does as much.
 */
export async function lockDataRoom(manager: EntityManager, id: string): Promise<DataRoom> {
  const lock = manager.dataSource.options.type === 'postgres' ? { mode: 'pessimistic_write' as const } : undefined;
  const dataRoom = await manager.findOne(DataRoom, { where: { id }, lock });
  if (!dataRoom) throw new NotFoundException('There is no such data room.');
  return dataRoom;
}
