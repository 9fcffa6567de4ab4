/** Instances with hidden state: they are kept as the plain data that their class makes of them, and made of it again. */
import { isDeepStrictEqual } from 'node:util';
import type { Craft } from '../classes.js';
import { Recipe } from './recipe.js';
import { Uncopyable } from './uncopyable.js';

export interface Crafted {
  readonly craft: Craft;
  readonly plain: unknown;
  readonly path: string;
}

/** Throws Uncopyable. */
export function takenApart(value: object, craft: Craft, path: string): Crafted {
  try {
    return { craft, plain: craft.toCache(value), path };
  } catch (error) {
    throw new Uncopyable(path, `${described(value)} whose toCache failed`, { cause: error });
  }
}

export class CraftedRecipe extends Recipe {
  readonly #craft: Craft;
  readonly #plain: unknown;
  readonly #recipe: Recipe | undefined;

  /** Tries it, and throws Uncopyable where that does not give the same again. `recipe`: of the plain data. */
  constructor(value: object, { craft, plain, path }: Crafted, recipe: Recipe | undefined) {
    super();
    this.#craft = craft;
    this.#recipe = recipe;
    // The instance may go on using what it gave.
    this.#plain = copied(plain, recipe);
    let again: unknown;
    try {
      again = this.shell();
      if (isOf(again, Object.getPrototypeOf(value) as object) && isDeepStrictEqual(craft.toCache(again), plain)) return;
    } catch (error) {
      throw new Uncopyable(path, `${described(value)} whose fromCache failed`, { cause: error });
    }
    throw new Uncopyable(path, `${described(value)} whose fromCache makes another of what its toCache gave`);
  }

  override shell(): object {
    return this.#craft.fromCache(copied(this.#plain, this.#recipe)) as object;
  }
}

function copied(plain: unknown, recipe: Recipe | undefined): unknown {
  // Places of its own: nothing in here is shared with what is around it.
  return recipe === undefined ? plain : recipe.copy(plain as object, []);
}

/** Did `fromCache` make an instance of the class itself? */
export function isOf(made: unknown, prototype: object): made is object {
  return typeof made === 'object' && made !== null && Object.getPrototypeOf(made) === prototype;
}

function described(value: object): string {
  return `an instance of ${String(Reflect.get(value, 'constructor')?.name)}`;
}
