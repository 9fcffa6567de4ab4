import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cache, cacheKey, cacheTags, InvalidatesTags } from '@data-room/cache';
import { Repository, type EntityManager } from 'typeorm';
import { isInSubtree } from '../folders/folder-tree.js';
import { File } from './file.entity.js';

export interface Usage {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Every file is added and removed here, and in the caller's transaction, so that what a data room holds is counted anew
 * after exactly those changes: a file's tags say nothing of the data room, and a new name changes no usage.
 */
@Injectable()
export class FileLedger {
  constructor(
    @InjectRepository(File) private readonly files: Repository<File>,
    private readonly cache: Cache,
  ) {}

  usage(dataRoomId: string): Promise<Usage> {
    return this.cache.getOrLoad(
      cacheKey('usage', 'of', { dataRoomId }),
      { tags: cacheTags('usage', { id: dataRoomId }) },
      async () => {
        const counted = await this.files
          .createQueryBuilder('file')
          .select('COUNT(*)', 'files')
          .addSelect('COALESCE(SUM(file.size), 0)', 'bytes')
          .where({ dataRoomId })
          .getRawOne<Record<keyof Usage, unknown>>();
        // PostgreSQL gives sums as text
        return { files: Number(counted?.files), bytes: Number(counted?.bytes) };
      },
    );
  }

  @InvalidatesTags((_added, _manager, { dataRoomId }) => [`usage:${dataRoomId}`])
  async add(manager: EntityManager, file: File): Promise<void> {
    await manager.insert(File, file);
  }

  @InvalidatesTags((_removed, _manager, { dataRoomId }) => [`usage:${dataRoomId}`])
  async remove(manager: EntityManager, file: File): Promise<void> {
    await manager.remove(file);
  }

  /** Answers with the storage keys of the contents that nobody needs after the commit. */
  @InvalidatesTags((_keys, _manager, dataRoomId) => [`usage:${dataRoomId}`])
  removeSubtree(manager: EntityManager, dataRoomId: string, root: string): Promise<string[]> {
    return this.#removeWhere(manager, isInSubtree('folderId'), { root });
  }

  /** Likewise. */
  @InvalidatesTags((_keys, _manager, dataRoomId) => [`usage:${dataRoomId}`])
  removeAll(manager: EntityManager, dataRoomId: string): Promise<string[]> {
    return this.#removeWhere(manager, '"dataRoomId" = :dataRoomId', { dataRoomId });
  }

  async #removeWhere(manager: EntityManager, condition: string, parameters: object): Promise<string[]> {
    const files = manager.createQueryBuilder(File, 'file').select(['file.id', 'file.storageKey']);
    const doomed = await files.where(condition, parameters).getMany();
    if (doomed.length === 0) return [];
    await manager.createQueryBuilder().delete().from(File).where(condition, parameters).execute();
    return doomed.map(({ storageKey }) => storageKey);
  }
}
