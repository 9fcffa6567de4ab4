import { randomUUID } from 'node:crypto';
import { BadRequestException, ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { Cached } from '@data-room/cache';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDataRoom } from '../data-rooms/data-room-lock.js';
import { isForeignKeyViolation, isUniqueViolation } from '../database/violation.js';
import { FileLedger } from '../files/file-ledger.js';
import { FileStorage } from '../files/file-storage.js';
import { Folder } from './folder.entity.js';
import type { FolderBody, FolderChange } from './folder.schema.js';
import { isInSubtree, pathTo } from './folder-tree.js';

const noSuchFolder = () => new NotFoundException('There is no such folder.');

@Injectable()
export class FolderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: FileLedger,
    private readonly storage: FileStorage,
  ) {}

  /** Asked before anybody knows for whom; nothing else of a folder is told without its data room. */
  @Cached({ scope: 'everyone', tags: (_dataRoomId, id) => [`folder:${id}`] })
  async dataRoomOf(id: string): Promise<string | undefined> {
    const folder = await this.dataSource.manager.findOneBy(Folder, { id });
    return folder?.dataRoomId;
  }

  @Cached({ scope: (dataRoomId) => ({ dataroom: dataRoomId }), tags: (_folder, _dataRoomId, id) => [`folder:${id}`] })
  find(dataRoomId: string, id: string): Promise<Folder | null> {
    return this.dataSource.manager.findOneBy(Folder, { id, dataRoomId });
  }

  create(dataRoomId: string, { name, parentId }: FolderBody): Promise<Folder> {
    return namingConflicts(() =>
      this.dataSource.transaction(async (manager) => {
        if (parentId) await this.#parentIn(manager, dataRoomId, parentId);
        const folder = manager.create(Folder, { id: randomUUID(), dataRoomId, parentId, name, createdAt: new Date() });
        await manager.insert(Folder, folder);
        return folder;
      }),
    );
  }

  /** A new name, a new parent, or both. */
  change(id: string, { name, parentId }: FolderChange): Promise<Folder> {
    return namingConflicts(() =>
      this.dataSource.transaction(async (manager) => {
        const folder = await this.#locked(manager, id);
        if (name !== undefined) folder.name = name;
        if (parentId !== undefined && parentId !== folder.parentId) await this.#move(manager, folder, parentId);
        return manager.save(Folder, folder);
      }),
    );
  }

  /** With all that is below it. */
  async remove(id: string): Promise<void> {
    const contents = await this.dataSource.transaction(async (manager) => {
      const { dataRoomId } = await this.#locked(manager, id);
      const storageKeys = await this.ledger.removeSubtree(manager, dataRoomId, id);
      // One statement: children and parents vanish together, so no order has to be kept.
      await manager.createQueryBuilder().delete().from(Folder).where(isInSubtree('id'), { root: id }).execute();
      return storageKeys;
    });
    await this.storage.discard(contents);
  }

  /** Two moves at once could make a cycle that neither of them sees: in one data room they happen one after the other. */
  async #locked(manager: EntityManager, id: string): Promise<Folder> {
    const folder = await manager.findOneBy(Folder, { id });
    if (!folder) throw noSuchFolder();
    await lockDataRoom(manager, folder.dataRoomId);

    // Read again: it may have been moved or deleted while this transaction waited for the lock.
    const locked = await manager.findOneBy(Folder, { id });
    if (!locked) throw noSuchFolder();
    return locked;
  }

  async #move(manager: EntityManager, folder: Folder, parentId: string | null): Promise<void> {
    if (parentId) {
      await this.#parentIn(manager, folder.dataRoomId, parentId);
      const path = await pathTo(manager, folder.dataRoomId, parentId);
      if (path.some(({ id }) => id === folder.id)) {
        throw new ConflictException('A folder cannot be moved into itself or below itself.');
      }
    }
    folder.parentId = parentId;
  }

  async #parentIn(manager: EntityManager, dataRoomId: string, parentId: string): Promise<void> {
    const found = await manager.existsBy(Folder, { id: parentId, dataRoomId });
    // The same for a folder elsewhere and for none: who may not see it learns nothing.
    if (!found) throw new BadRequestException('parentId: there is no such folder in this data room.');
  }
}

async function namingConflicts<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictException('There is a folder with this name here already.');
    if (isForeignKeyViolation(error)) throw noSuchFolder();
    throw error;
  }
}
