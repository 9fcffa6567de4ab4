/**
 * Names of what a value depends on. Numbers and strings of the same text are one tag on purpose: an id from a URL is a
 * string, the same id from the database a number, and a tag that is too wide costs a load, one too narrow a stale read.
 */
import { hash } from 'node:crypto';
import { types } from 'node:util';
import { isRoot } from './kind.js';

/** Tags as an application gives them. What is no list of texts would reach nothing, or something else. */
export function tagList(tags: unknown): readonly string[] {
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  throw new TypeError('tags must be an array of strings.');
}

type Id = string | number | bigint | null | undefined;

const LONGEST = 200;
const RESERVED = /[^\x21-\x7e]|[:,*%#]/g;

/** `folder:7`; the values of a composite id, an array or an object, are joined with `,`. */
export function tagOf(name: string, id: unknown): string {
  return `${escaped(name)}:${idText(id)}`;
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
  if (typeof id !== 'object' || id === null) return escaped(String(id));
  if (Array.isArray(id)) return id.map(idText).join(',');
  if (types.isDate(id)) return escaped(Number.isNaN(id.getTime()) ? 'NaN' : id.toISOString());
  if (ArrayBuffer.isView(id)) return escaped(Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex'));
  const prototype = Object.getPrototypeOf(id) as object | null;
  // an ObjectId or a Decimal, which has a text of its own
  if (prototype !== null && !isRoot(prototype)) return escaped((id as { toString(): string }).toString());
  const names = Object.keys(id).toSorted();
  return names.map((name) => idText(Reflect.get(id, name))).join(',');
}

/** Each reserved character as `%2A` or `%u2028`; no two texts become one. */
function escaped(text: string): string {
  const safe = text.replace(RESERVED, (char) => {
    const code = char.charCodeAt(0);
    const digits = code.toString(16).toUpperCase();
    return code > 0xff ? `%u${digits.padStart(4, '0')}` : `%${digits.padStart(2, '0')}`;
  });
  return safe.length > LONGEST ? `#${hash('sha256', safe, 'base64url')}` : safe;
}
