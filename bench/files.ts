/** What is cached in the benchmarks: rows as a data room has them. */

/** Twelve fields, two dates among them. */
export class StoredFile {
  id: string;
  dataRoomId: string;
  folderId: string;
  uploadedBy: string;
  name: string;
  mimeType: string;
  size: number;
  checksum: string;
  version: number;
  description: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A uuid's length and looks. */
export function idOf(number: number): string {
  return `7c9e6679-7425-40de-944b-${String(number).padStart(12, '0')}`;
}

export function entity(id: string): StoredFile {
  const number = Number(id.slice(-12));
  return Object.assign(new StoredFile(), {
    id,
    dataRoomId: idOf(number % 97),
    folderId: idOf(number % 997),
    uploadedBy: idOf(number % 31),
    name: `Annual report ${number}, final.pdf`,
    mimeType: 'application/pdf',
    size: 1_000_000 + number,
    checksum: `${number}`.padStart(64, 'ab'),
    version: 1 + (number % 7),
    description: number % 3 === 0 ? null : `What the board decided in meeting ${number}`,
    createdAt: new Date(1_760_000_000_000 + number * 60_000),
    updatedAt: new Date(1_770_000_000_000 + number * 61_000),
  });
}

export function plain(id: string): object {
  return Object.fromEntries(Object.entries(entity(id)));
}

function fifty(id: string, of: (id: string) => object): object {
  const number = Number(id.slice(-12)) * 50;
  return { items: Array.from({ length: 50 }, (_, at) => of(idOf(number + at))), nextCursor: idOf(number + 50) };
}

export function listing(id: string): object {
  return fifty(id, plain);
}

export function entities(id: string): object {
  return fifty(id, entity);
}

/** For counts up to a hundred thousand: what an entry holds is not the question there. */
export function note(id: string): object {
  return { id, read: true };
}

export const values = { entity, plain, listing, entities, note };
export type Kind = keyof typeof values;

/** The database of the benchmarks. Where loading is not the question, a race puts something quicker here. */
export const source: { load(kind: Kind, id: string): object } = { load: (kind, id) => values[kind](id) };

export const commonTag = 'dataroom:7c9e6679-7425-40de-944b-000000000000';

export function tagsOf(id: string): string[] {
  return ['type:file', `file:${id}`, commonTag];
}
