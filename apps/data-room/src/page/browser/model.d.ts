// What the API answers with, as /docs describes it.
export type Role = 'viewer' | 'editor' | 'owner';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export interface Session {
  readonly accessToken: string;
  readonly user: User;
}

export interface DataRoom {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly role: Role;
}

export interface DataRoomDetail extends DataRoom {
  readonly usage: { readonly files: number; readonly bytes: number };
}

export interface Folder {
  readonly kind: 'folder';
  readonly id: string;
  readonly dataRoomId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly createdAt: string;
}

export interface RoomFile {
  readonly kind: 'file';
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
  readonly mimeType: string;
  readonly size: number;
  readonly createdAt: string;
}

export type Item = Folder | RoomFile;

/** One folder on the way from the top level to another. */
export interface Step {
  readonly id: string;
  readonly name: string;
}

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What the cache had to do with an answer, and how long the answer took. */
export interface Trace {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `X-Cache`: hit, miss or bypass; empty if the server did not say. */
  readonly cache: string;
  readonly ms: number;
}

export interface Answer<T> {
  readonly body: T;
  readonly trace: Trace;
}
