import { Injectable } from '@nestjs/common';
import { Cached } from '@data-room/cache';
import { IsNull, MoreThan, type EntityManager } from 'typeorm';
import { InjectEntityManager } from '@nestjs/typeorm';
import { File } from '../files/file.entity.js';
import { viewOf, type FileView } from '../files/file.view.js';
import { pageOf, type Page } from '../http/page.js';
import type { ContentsQuery, FoldersQuery } from './folder.schema.js';
import { Folder } from './folder.entity.js';
import { pathTo, type Step } from './folder-tree.js';

export type ContentsItem = (Folder & { kind: 'folder' }) | (FileView & { kind: 'file' });

interface Parent {
  readonly dataRoomId: string;
  readonly folderId: string;
}

/**
 * What folders hold, by name. A folder or file that comes, goes, moves or is renamed touches its data room and its
 * parents, old and new: so the parent's tag is enough, however many things are listed.
 */
@Injectable()
export class FolderListing {
  constructor(@InjectEntityManager() private readonly manager: EntityManager) {}

  @Cached({
    scope: (dataRoomId) => ({ dataroom: dataRoomId }),
    tags: (_page, dataRoomId, { parentId }) => [parentId ? `folder:${parentId}` : `dataroom:${dataRoomId}`],
  })
  async folders(dataRoomId: string, { parentId, limit, cursor }: FoldersQuery): Promise<Page<Folder>> {
    const folders = await this.manager.find(Folder, {
      where: { dataRoomId, parentId: parentId ?? IsNull(), ...(cursor && { name: MoreThan(cursor.name) }) },
      order: { name: 'ASC' },
      take: limit + 1,
    });
    return pageOf(folders, limit, { position: ({ name }) => ({ name }), item: (folder) => folder });
  }

  /** Folders first, then files. */
  @Cached({
    scope: (dataRoomId) => ({ dataroom: dataRoomId }),
    tags: (_page, _dataRoomId, folderId) => [`folder:${folderId}`],
  })
  async contents(dataRoomId: string, folderId: string, { limit, cursor }: ContentsQuery): Promise<Page<ContentsItem>> {
    const parent = { dataRoomId, folderId };
    const folders = cursor?.kind === 'file' ? [] : await this.#foldersIn(parent, limit + 1, cursor?.name);
    const room = limit + 1 - folders.length;
    const files = room > 0 ? await this.#filesIn(parent, room, cursor?.kind === 'file' ? cursor : undefined) : [];
    const items: ContentsItem[] = [
      ...folders.map((folder) => Object.assign(folder, { kind: 'folder' as const })),
      ...files.map((file) => ({ kind: 'file' as const, ...viewOf(file) })),
    ];
    return pageOf(items, limit, { position: ({ kind, name, id }) => ({ kind, name, id }), item: (item) => item });
  }

  /** Depends on each folder it names: whichever is renamed or moved touches itself. */
  @Cached({
    scope: (dataRoomId) => ({ dataroom: dataRoomId }),
    tags: (steps, _dataRoomId, folderId) => [`folder:${folderId}`, ...steps.map(({ id }) => `folder:${id}`)],
  })
  path(dataRoomId: string, folderId: string): Promise<Step[]> {
    return pathTo(this.manager, dataRoomId, folderId);
  }

  #foldersIn({ dataRoomId, folderId }: Parent, take: number, after?: string): Promise<Folder[]> {
    const where = { dataRoomId, parentId: folderId, ...(after !== undefined && { name: MoreThan(after) }) };
    return this.manager.find(Folder, { where, order: { name: 'ASC' }, take });
  }

  #filesIn(parent: Parent, take: number, after?: { name: string; id: string }): Promise<File[]> {
    const query = this.manager.createQueryBuilder(File, 'file').where(parent);
    if (after) query.andWhere('(file.name, file.id) > (:name, :id)', after);
    return query.orderBy('file.name').addOrderBy('file.id').limit(take).getMany();
  }
}
