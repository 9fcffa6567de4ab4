/**
 * How to copy one admitted value: a tree of small copiers that knows in advance what stands where, so that a hit
 * inspects nothing. Equal objects of a listing share one recipe.
 */
import type { OwnAccessors } from '../classes.js';
import type { Spread } from './spread.js';

/** Copies already made of objects that are reachable twice, one place for each. */
export type Slots = unknown[];
export type Key = string | symbol | number;
export type Bag = Record<Key, unknown>;

export abstract class Recipe {
  /** A new object that is complete except for the members which are objects themselves. */
  abstract shell(source: object): object;

  /** Replaces those members by copies. */
  fill(_copy: object, _source: object, _slots: Slots): void {}

  copy(source: object, slots: Slots): object {
    const copy = this.shell(source);
    this.fill(copy, source, slots);
    return copy;
  }
}

function assign(copy: object, source: object, keys: readonly Key[], parts: readonly Recipe[], slots: Slots): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as Key;
    (copy as Bag)[key] = (parts[i] as Recipe).copy((source as Bag)[key] as object, slots);
  }
}

export function define(copy: object, key: Key, value: unknown, enumerable = true): void {
  Object.defineProperty(copy, key, { value, writable: true, enumerable, configurable: true });
}

export class PlainRecipe extends Recipe {
  readonly #spread: Spread;
  readonly #keys: readonly Key[];
  readonly #parts: readonly Recipe[];

  constructor(spread: Spread, keys: readonly Key[], parts: readonly Recipe[]) {
    super();
    this.#spread = spread;
    this.#keys = keys;
    this.#parts = parts;
  }

  override shell(source: object): object {
    return this.#spread(source);
  }

  override fill(copy: object, source: object, slots: Slots): void {
    assign(copy, source, this.#keys, this.#parts, slots);
  }
}

export class InstanceRecipe extends Recipe {
  readonly #prototype: object | null;
  readonly #spread: Spread;
  readonly #keys: readonly Key[];
  readonly #parts: readonly Recipe[];

  constructor(prototype: object | null, spread: Spread, keys: readonly Key[], parts: readonly Recipe[]) {
    super();
    this.#prototype = prototype;
    this.#spread = spread;
    this.#keys = keys;
    this.#parts = parts;
  }

  // The prototype comes last: properties that hide one of its own, a setter perhaps, are there by then.
  override shell(source: object): object {
    return Object.setPrototypeOf(this.#spread(source), this.#prototype) as object;
  }

  override fill(copy: object, source: object, slots: Slots): void {
    assign(copy, source, this.#keys, this.#parts, slots);
  }
}

/** An instance that is given accessors of its own. */
export class FittedRecipe extends Recipe {
  readonly #inner: Recipe;
  readonly #accessors: OwnAccessors;

  constructor(inner: Recipe, accessors: OwnAccessors) {
    super();
    this.#inner = inner;
    this.#accessors = accessors;
  }

  override shell(source: object): object {
    const copy = this.#inner.shell(source);
    this.#accessors.giveTo(copy);
    return copy;
  }

  override fill(copy: object, source: object, slots: Slots): void {
    this.#inner.fill(copy, source, slots);
  }
}

// Not slice: it would run the constructor of a subclass, and walks every hole of a sparse array.
const arrayShell = (source: object): object => ([] as unknown[]).concat(source);

/** All elements are objects and alike. */
export class ListRecipe extends Recipe {
  readonly #element: Recipe;

  constructor(element: Recipe) {
    super();
    this.#element = element;
  }

  override shell(source: object): object {
    return arrayShell(source);
  }

  override fill(copy: object, source: object, slots: Slots): void {
    const to = copy as unknown[];
    const from = source as object[];
    const element = this.#element;
    for (let i = 0; i < from.length; i++) to[i] = element.copy(from[i] as object, slots);
  }
}

/** Elements of several kinds, holes among them. */
export class ArrayRecipe extends Recipe {
  readonly #indices: readonly number[];
  readonly #parts: readonly Recipe[];

  constructor(indices: readonly number[], parts: readonly Recipe[]) {
    super();
    this.#indices = indices;
    this.#parts = parts;
  }

  override shell(source: object): object {
    return arrayShell(source);
  }

  override fill(copy: object, source: object, slots: Slots): void {
    assign(copy, source, this.#indices, this.#parts, slots);
  }
}

/** An object that is reachable twice: the second time, its first copy is the answer. */
export class SharedRecipe extends Recipe {
  readonly #slot: number;
  #inner: Recipe | undefined;

  constructor(slot: number) {
    super();
    this.#slot = slot;
  }

  /** Called once; later than the constructor, because a cycle meets this recipe while its inner one is being made. */
  wrap(inner: Recipe): void {
    this.#inner = inner;
  }

  override shell(source: object): object {
    return (this.#inner as Recipe).shell(source);
  }

  override copy(source: object, slots: Slots): object {
    const known = slots[this.#slot];
    if (known !== undefined) return known as object;
    const inner = this.#inner as Recipe;
    const copy = inner.shell(source);
    // before the members: one of them may lead back here
    slots[this.#slot] = copy;
    inner.fill(copy, source, slots);
    return copy;
  }
}
