/** Objects with one prototype and the same names in one order: the names are written once. */
import { MOST_SHARED } from './signs.js';

type Key = string | symbol;

interface Branch {
  readonly next: Map<Key, Branch>;
  number?: number;
}

export interface Shape {
  readonly number: number;
  readonly isNew: boolean;
}

export class Shapes {
  readonly #roots = new Map<object | null, Branch>();
  #count = 0;
  // most objects are like the one before
  #lastPrototype: object | null | undefined;
  #lastKeys: readonly Key[] = [];
  #last: Shape = { number: -1, isNew: false };

  of(prototype: object | null, keys: readonly Key[]): Shape {
    if (prototype === this.#lastPrototype && sameKeys(keys, this.#lastKeys)) return this.#last;
    if (keys.length > MOST_SHARED) return { number: this.#count++, isNew: true };
    let branch = grown(this.#roots, prototype);
    for (const key of keys) branch = grown(branch.next, key);
    const isNew = branch.number === undefined;
    const number = (branch.number ??= this.#count++);
    this.#lastPrototype = prototype;
    this.#lastKeys = keys;
    this.#last = { number, isNew: false };
    return isNew ? { number, isNew } : this.#last;
  }
}

function grown<K>(branches: Map<K, Branch>, at: K): Branch {
  let branch = branches.get(at);
  if (branch === undefined) branches.set(at, (branch = { next: new Map() }));
  return branch;
}

function sameKeys(some: readonly Key[], others: readonly Key[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}
