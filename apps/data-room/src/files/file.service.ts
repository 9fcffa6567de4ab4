import { randomUUID } from 'node:crypto';
import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import { Cached } from '@data-room/cache';
import { DataSource, type EntityManager } from 'typeorm';
import { lockDataRoom } from '../data-rooms/data-room-lock.js';
import { isForeignKeyViolation } from '../database/violation.js';
import { Folder } from '../folders/folder.entity.js';
import { File } from './file.entity.js';
import { FileLedger } from './file-ledger.js';
import type { FileChange } from './file.schema.js';
import { FileStorage } from './file-storage.js';
import type { Upload } from './upload.js';

const mediaType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const noSuchFolder = () => new NotFoundException('There is no such folder.');

@Injectable()
export class FileService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: FileLedger,
    private readonly storage: FileStorage,
  ) {}

  /** Asked before anybody knows for whom; nothing else of a file is told without its data room. */
  @Cached({ scope: 'everyone', tags: (_dataRoomId, id) => [`file:${id}`] })
  async dataRoomOf(id: string): Promise<string | undefined> {
    const file = await this.dataSource.manager.findOneBy(File, { id });
    return file?.dataRoomId;
  }

  @Cached({ scope: (dataRoomId) => ({ dataroom: dataRoomId }), tags: (_file, _dataRoomId, id) => [`file:${id}`] })
  find(dataRoomId: string, id: string): Promise<File | null> {
    return this.dataSource.manager.findOneBy(File, { id, dataRoomId });
  }

  /** The content is on disk already; without its row nobody would ever find it again. */
  async add(folderId: string, { storageKey, size, sha256, originalname, mimetype }: Upload): Promise<File> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const folder = await manager.findOneBy(Folder, { id: folderId });
        if (!folder) throw noSuchFolder();
        const file = manager.create(File, {
          id: randomUUID(),
          dataRoomId: folder.dataRoomId,
          folderId,
          name: originalname,
          mimeType: mediaType.test(mimetype) ? mimetype : 'application/octet-stream',
          size,
          sha256,
          storageKey,
          createdAt: new Date(),
        });
        await this.ledger.add(manager, file);
        return file;
      });
    } catch (error) {
      if (!(await this.#isKept(storageKey))) await this.storage.discard([storageKey]);
      throw isForeignKeyViolation(error) ? noSuchFolder() : error;
    }
  }

  /** A new name, another folder of the same data room, or both. */
  async change(id: string, { name, folderId }: FileChange): Promise<File> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const { dataRoomId } = await found(manager, id);
        // Otherwise it could move into a folder whose files have been deleted, and which is about to be.
        await lockDataRoom(manager, dataRoomId);
        const file = await found(manager, id);
        if (folderId && !(await manager.existsBy(Folder, { id: folderId, dataRoomId }))) {
          throw new BadRequestException('folderId: there is no such folder in this data room.');
        }
        return manager.save(
          File,
          Object.assign(file, { name: name ?? file.name, folderId: folderId ?? file.folderId }),
        );
      });
    } catch (error) {
      throw isForeignKeyViolation(error) ? noSuchFolder() : error;
    }
  }

  async remove(id: string): Promise<void> {
    const storageKey = await this.dataSource.transaction(async (manager) => {
      const file = await found(manager, id);
      const { storageKey } = file;
      await this.ledger.remove(manager, file);
      return storageKey;
    });
    await this.storage.discard([storageKey]);
  }

  /** A COMMIT may fail after it has happened: its answer got lost. If that cannot be found out, the content stays. */
  async #isKept(storageKey: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(File, { storageKey }).catch(() => true);
  }
}

async function found(manager: EntityManager, id: string): Promise<File> {
  const file = await manager.findOneBy(File, { id });
  if (!file) throw new NotFoundException('There is no such file.');
  return file;
}
