/**
 * What goes into the cache is a private copy, and what comes out is another: what a caller does to a value never shows
 * in the cache. Copies keep prototypes, built-ins with their state, shared references and cycles; they do not keep that
 * an object was frozen or sealed, nor where in its ArrayBuffer a view began.
 */
import { noClasses } from '../classes.js';
import { Plan } from './plan.js';
import type { Recipe, Slots } from './recipe.js';
import { type Customs, Survey } from './survey.js';

export { freeze } from './freeze.js';
export { Uncopyable } from './uncopyable.js';

const NO_SLOTS: Slots = [];

/** A private copy, and how to make more of it. */
export class PrivateCopy<T> {
  /** Estimated bytes in memory. */
  readonly weight: number;
  readonly #value: T;
  readonly #recipe: Recipe | undefined;
  readonly #isTree: boolean;

  constructor(value: T, customs: Customs) {
    const survey = new Survey(value, customs);
    this.weight = survey.weight;
    this.#recipe = new Plan(survey).recipe(value);
    this.#isTree = survey.shared.size === 0;
    this.#value = this.#copy(value);
  }

  get held(): T {
    return this.#value;
  }

  give(): T {
    return this.#copy(this.#value);
  }

  #copy(value: T): T {
    if (this.#recipe === undefined) return value;
    const slots = this.#isTree ? NO_SLOTS : [];
    return this.#recipe.copy(value as object, slots) as T;
  }
}

/** Throws Uncopyable for what a copy would change. */
export function admit<T>(value: T, customs: Customs = noClasses): PrivateCopy<T> {
  return new PrivateCopy(value, customs);
}
