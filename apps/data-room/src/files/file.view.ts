import type { File } from './file.entity.js';

/** A file as clients see it. */
export type FileView = Pick<
  File,
  'id' | 'dataRoomId' | 'folderId' | 'name' | 'mimeType' | 'size' | 'sha256' | 'createdAt'
>;

export function viewOf(file: File): FileView {
  const { id, dataRoomId, folderId, name, mimeType, size, sha256, createdAt } = file;
  return { id, dataRoomId, folderId, name, mimeType, size, sha256, createdAt };
}
