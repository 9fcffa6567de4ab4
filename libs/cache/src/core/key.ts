/** Names of entries: `dataroom:folder:list:dataRoomId=xyz`. No two lists of parts give the same name. */
import { encodePart } from './argument.js';

export { encodeArguments, UnencodableArgument } from './argument.js';
export { cacheTags, tagOf } from './tag.js';

export type KeyPart =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | readonly KeyPart[]
  | { readonly [name: string]: KeyPart };

export type KeyBuilder = (...parts: KeyPart[]) => string;

const DEFAULT_PREFIX = 'dataroom';

/** Keys under `prefix`, which is taken as it is. */
export function keyBuilder(prefix: string): KeyBuilder {
  return (...parts) => [prefix, ...parts.map(encodePart)].join(':');
}

/** `cacheKey('folder', 'list', { dataRoomId: 'xyz' })` gives `dataroom:folder:list:dataRoomId=xyz`. */
export const cacheKey: KeyBuilder = keyBuilder(DEFAULT_PREFIX);

/** What may be said of a key in a log: its kind, `folder` of `dataroom:folder:list:…`, and nothing that came from an argument. */
export function kindOfKey(key: string, prefix: string): string {
  const from = key.startsWith(`${prefix}:`) ? prefix.length + 1 : 0;
  const colon = key.indexOf(':', from);
  return colon < 0 ? 'a key without kind' : key.slice(from, colon);
}
