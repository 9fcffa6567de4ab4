/** Which properties an object has that are written one by one. */
import { isDeepStrictEqual } from 'node:util';
import { isIndex, isSlot, type Kind } from '../core/copy/kind.js';

/** Listing the keys of a long array costs far more than comparing it with a bare one. */
const LISTED = 16;

/** Has it nothing but its elements, and each of them? */
export function isBare(array: readonly unknown[]): boolean {
  if (hasHoles(array)) return false;
  if (array.length <= LISTED) return Reflect.ownKeys(array).length === array.length + 1;
  return isDeepStrictEqual(([] as unknown[]).concat(array), array);
}

/** Ends at the first, of which there may be billions. */
export function hasHoles(array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i++) if (array[i] === undefined && !Object.hasOwn(array, i)) return true;
  return false;
}

/** What Reflect.ownKeys would list for an object without hidden properties, in half the time. */
export function keysOf(value: object): (string | symbol)[] {
  const names: (string | symbol)[] = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.length === 0 ? names : [...names, ...symbols];
}

/** Of a built-in: what its constructor does not make. */
export function adornmentsOf(value: object, kind: Kind): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => !isSlot(kind, key, value) && !(kind === 'array' && isIndex(key)));
}
