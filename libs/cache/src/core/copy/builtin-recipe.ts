/** Recipes for what has state in internal slots: each is made anew by its constructor, then given its own properties. */
import { types } from 'node:util';
import { define, Recipe, type Bag, type Key, type Slots } from './recipe.js';

const made = (recipe: Recipe | undefined, value: unknown, slots: Slots): unknown =>
  recipe === undefined ? value : recipe.copy(value as object, slots);

// The methods below are taken from the prototypes, because a subclass may have others.

/** Recipes stand in the order of the entries: key, value, key, value. */
export class MapRecipe extends Recipe {
  readonly #parts: readonly (Recipe | undefined)[];

  constructor(parts: readonly (Recipe | undefined)[]) {
    super();
    this.#parts = parts;
  }

  override shell(): object {
    return new Map();
  }

  override fill(copy: object, source: object, slots: Slots): void {
    let at = 0;
    Map.prototype.forEach.call(source as Map<unknown, unknown>, (value, key) => {
      const copiedKey = made(this.#parts[at++], key, slots);
      Map.prototype.set.call(copy as Map<unknown, unknown>, copiedKey, made(this.#parts[at++], value, slots));
    });
  }
}

export class SetRecipe extends Recipe {
  readonly #parts: readonly (Recipe | undefined)[];

  constructor(parts: readonly (Recipe | undefined)[]) {
    super();
    this.#parts = parts;
  }

  override shell(): object {
    return new Set();
  }

  override fill(copy: object, source: object, slots: Slots): void {
    let at = 0;
    Set.prototype.forEach.call(source as Set<unknown>, (value) => {
      Set.prototype.add.call(copy as Set<unknown>, made(this.#parts[at++], value, slots));
    });
  }
}

/** An object without members of its own that are objects. */
class LeafRecipe extends Recipe {
  readonly #shell: (source: object) => object;

  constructor(shell: (source: object) => object) {
    super();
    this.#shell = shell;
  }

  override shell(source: object): object {
    return this.#shell(source);
  }
}

class DateRecipe extends Recipe {
  override shell(source: object): object {
    return new Date(Date.prototype.getTime.call(source));
  }

  override copy(source: object): object {
    return new Date(Date.prototype.getTime.call(source));
  }
}

type Bytes = Uint8Array<ArrayBuffer>;
type BytesConstructor = new (source: Bytes | ArrayBuffer, start?: number, length?: number) => Bytes;

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** This realm's constructor of such a typed array; undefined for one it does not know. */
export function bytesConstructor(source: object): BytesConstructor | undefined {
  return Reflect.get(globalThis, Reflect.get(typedArrays, Symbol.toStringTag, source) as string) as
    BytesConstructor | undefined;
}

// Never from Buffer's pool: a kept slice of ten bytes would hold eight kilobytes, and its `buffer` shows the neighbours.
function bytesShell(source: object): object {
  if (!Buffer.isBuffer(source)) return new (bytesConstructor(source) as BytesConstructor)(source as Bytes);
  const copy = Buffer.allocUnsafeSlow(source.length);
  source.copy(copy);
  return copy;
}

function viewShell(source: object): object {
  const { buffer, byteOffset, byteLength } = source as DataView<ArrayBuffer>;
  return new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
}

function regexpShell(source: object): object {
  const { source: pattern, flags, lastIndex } = source as RegExp;
  const copy = new RegExp(pattern, flags);
  copy.lastIndex = lastIndex;
  return copy;
}

// The stack that a new error would record holds on to everything that runs now.
function errorShell(): object {
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return new Error();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

export const leaves = {
  date: new DateRecipe(),
  regexp: new LeafRecipe(regexpShell),
  url: new LeafRecipe((source) => new URL((source as URL).href)),
  error: new LeafRecipe(errorShell),
  box: new LeafRecipe((source) => Object(source.valueOf()) as object),
  bytes: new LeafRecipe(bytesShell),
  view: new LeafRecipe(viewShell),
  buffer: new LeafRecipe((source) => (source as ArrayBuffer).slice(0)),
} as const;

/** A built-in with a prototype or properties that its constructor would not give it. */
export class AdornedRecipe extends Recipe {
  readonly #inner: Recipe;
  readonly #prototype: object | null;
  readonly #keys: readonly Key[];
  readonly #members: readonly (Recipe | undefined)[];

  constructor(inner: Recipe, prototype: object | null, keys: readonly Key[], members: readonly (Recipe | undefined)[]) {
    super();
    this.#inner = inner;
    this.#prototype = prototype;
    this.#keys = keys;
    this.#members = members;
  }

  override shell(source: object): object {
    const copy = this.#inner.shell(source);
    if (Object.getPrototypeOf(copy) !== this.#prototype) Object.setPrototypeOf(copy, this.#prototype);
    // a new error has a stack and a message of its own; the source may have neither
    if (types.isNativeError(copy)) for (const key of Reflect.ownKeys(copy)) Reflect.deleteProperty(copy, key);
    return copy;
  }

  override fill(copy: object, source: object, slots: Slots): void {
    this.#inner.fill(copy, source, slots);
    this.#keys.forEach((key, i) => {
      const enumerable = Object.prototype.propertyIsEnumerable.call(source, key);
      define(copy, key, made(this.#members[i], (source as Bag)[key], slots), enumerable);
    });
  }
}
