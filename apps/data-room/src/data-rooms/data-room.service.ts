import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cached, removeScopeKey } from '@data-room/cache';
import { DataSource, Repository } from 'typeorm';
import { FileStorage } from '../files/file-storage.js';
import { FileLedger } from '../files/file-ledger.js';
import { Folder } from '../folders/folder.entity.js';
import { pageOf, type Page } from '../http/page.js';
import { Member } from '../members/member.entity.js';
import { DataRoom } from './data-room.entity.js';
import { lockDataRoom } from './data-room-lock.js';
import type { DataRoomsQuery } from './data-room.schema.js';
import { viewOf, type DataRoomView } from './data-room.view.js';

const mostWarm = 500;

@Injectable()
export class DataRoomService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(DataRoom) private readonly dataRooms: Repository<DataRoom>,
    private readonly ledger: FileLedger,
    private readonly storage: FileStorage,
  ) {}

  /** Asked with every request that is about a room, so those that were made last are there before the first one. */
  @Cached({
    scope: (id) => ({ dataroom: id }),
    tags: (_dataRoom, id) => [`dataroom:${id}`],
    refreshAhead: true,
    warm: {
      async calls(this: DataRoomService) {
        const newest = await this.dataRooms.find({
          select: { id: true },
          order: { createdAt: 'DESC' },
          take: mostWarm,
        });
        return newest.map(({ id }): [string] => [id]);
      },
    },
  })
  find(id: string): Promise<DataRoom | null> {
    return this.dataRooms.findOneBy({ id });
  }

  /** Joining and leaving touch the user, a new name its room, a new role its member. What one may not enter is not listed. */
  @Cached({
    scope: (userId) => ({ user: userId }),
    fallback: false,
    tags: ({ items }, userId) => [
      `user:${userId}`,
      ...items.flatMap(({ id }) => [`dataroom:${id}`, `member:${id},${userId}`]),
    ],
  })
  async listOf(userId: string, { limit, cursor }: DataRoomsQuery): Promise<Page<DataRoomView>> {
    const query = this.dataSource
      .createQueryBuilder(Member, 'member')
      .innerJoinAndSelect('member.dataRoom', 'room')
      .where('member.userId = :userId', { userId });
    if (cursor) query.andWhere('(room.createdAt, room.id) > (:createdAt, :id)', cursor);

    const members = await query
      .orderBy('room.createdAt')
      .addOrderBy('room.id')
      .limit(limit + 1)
      .getMany();
    return pageOf(members, limit, {
      position: ({ dataRoom: { createdAt, id } }) => ({ createdAt, id }),
      item: ({ dataRoom, role }) => viewOf(dataRoom, role),
    });
  }

  create(name: string, ownerId: string): Promise<DataRoomView> {
    return this.dataSource.transaction(async (manager) => {
      const dataRoom = manager.create(DataRoom, { id: randomUUID(), name, createdAt: new Date() });
      await manager.insert(DataRoom, dataRoom);
      await manager.insert(Member, {
        dataRoomId: dataRoom.id,
        userId: ownerId,
        role: 'owner',
        createdAt: dataRoom.createdAt,
      });
      return viewOf(dataRoom, 'owner');
    });
  }

  rename(id: string, name: string): Promise<DataRoom> {
    return this.dataSource.transaction(async (manager) => {
      const dataRoom = await lockDataRoom(manager, id);
      return manager.save(DataRoom, Object.assign(dataRoom, { name }));
    });
  }

  /** With all that is in it. No copy of it that may be left in Redis, or in a backup of that, can be read from then on. */
  async remove(id: string): Promise<void> {
    const contents = await this.dataSource.transaction(async (manager) => {
      const dataRoom = await lockDataRoom(manager, id);
      const storageKeys = await this.ledger.removeAll(manager, id);
      await manager.delete(Folder, { dataRoomId: id });
      // One by one, because each of them has a list of rooms and a role that someone may have cached.
      await manager.remove(await manager.findBy(Member, { dataRoomId: id }));
      await manager.remove(dataRoom);
      await removeScopeKey(manager, { dataroom: id });
      return storageKeys;
    });
    await this.storage.discard(contents);
  }
}
