import { define } from '../core/copy/recipe.js';
import { type Spread, spreadFor } from '../core/copy/spread.js';

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

/** Undefined: a name stands twice among the keys. */
export function templateOf({ prototype, keys: read }: Shape): Template | undefined {
  const object = {};
  for (const key of read) define(object, key, undefined);
  // as the engine keeps them, which makes them quicker to find than as they were read
  const keys = Reflect.ownKeys(object);
  if (keys.length !== read.length) return undefined;
  return { object, keys, spread: spreadFor(keys, prototype === Object.prototype) };
}
