/**
 * Names of what a value depends on. Numbers and strings of the same text are one tag on purpose: an id from a URL is a
 * string, the same id from the database a number, and a tag that is too wide costs a load, one too narrow a stale read.
 */
import { types } from 'node:util';
import { isRoot } from './copy/kind.js';

/** Tags as an application gives them. What is no list of texts would reach nothing, or something else. */
export function tagList(tags: unknown): readonly string[] {
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  throw new TypeError('tags must be an array of strings.');
}

type Id = string | number | bigint | null | undefined;

/**
 * `folder:7`; the values of a composite id are joined with `,`, an object's in the order of its property names.
 * An id stands in it as it is, because people write the same tag by hand: `folder:${id}`. Two ids that give one tag cost a load.
 */
export function tagOf(name: string, id: unknown): string {
  const text = idText(id);
  // By itself it would be every folder.
  return `${name}:${text === '*' ? '%2A' : text}`;
}

/** `cacheTags('folder', { id: 7, dataRoomId: 'a' })` gives `type:folder`, `folder:7`, `dataroom:a`. */
export function cacheTags(type: string, ids: Readonly<Record<string, Id | readonly Id[]>> = {}): string[] {
  const own = type.toLowerCase();
  const tags = [tagOf('type', own)];
  for (const [property, value] of Object.entries(ids)) {
    const name = property === 'id' || property === 'ids' ? own : property.replace(/Ids?$/, '').toLowerCase();
    for (const id of Array.isArray(value) ? (value as readonly Id[]) : [value as Id])
      if (id !== null && id !== undefined) tags.push(tagOf(name, id));
  }
  return tags;
}

function idText(id: unknown): string {
  if (typeof id !== 'object' || id === null) return String(id);
  if (Array.isArray(id)) return id.map(idText).join(',');
  if (types.isDate(id)) return Number.isNaN(id.getTime()) ? 'NaN' : id.toISOString();
  if (ArrayBuffer.isView(id)) return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
  const prototype = Object.getPrototypeOf(id) as object | null;
  // an ObjectId or a Decimal, which has a text of its own
  if (prototype !== null && !isRoot(prototype)) return (id as { toString(): string }).toString();
  const names = Object.keys(id).toSorted();
  return names.map((name) => idText(Reflect.get(id, name))).join(',');
}
