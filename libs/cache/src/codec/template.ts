import { define } from '../core/copy/recipe.js';
import { type Spread, spreadFor } from '../core/copy/spread.js';
import { MOST_SHARED } from './signs.js';

/** Of the objects that have the same names; the second one of them is made from a template, like all that follow. */
export interface Shape {
  readonly prototype: object | null;
  readonly keys: readonly (string | symbol)[];
  template?: Template;
}

interface Template {
  readonly object: object;
  readonly keys: readonly (string | symbol)[];
  readonly spread: Spread;
}

/** Undefined for keys that no encoder shares: two bytes would be enough to have a large object made. */
export function templateOf({ prototype, keys: read }: Shape): Template | undefined {
  if (read.length > MOST_SHARED) return undefined;
  const object = {};
  for (const key of read) define(object, key, undefined);
  // as the engine keeps them, which makes them quicker to find than as they were read
  const keys = Reflect.ownKeys(object);
  // fewer, if a name stood twice
  if (keys.length !== read.length) return undefined;
  return { object, keys, spread: spreadFor(keys, prototype === Object.prototype) };
}
