/** Writes the recipe for a surveyed value. */
import { isIndex, isSlot, type Kind } from './kind.js';
import { type Crafted, CraftedRecipe } from './crafted.js';
import * as builtins from './builtin-recipe.js';
import * as recipes from './recipe.js';
import type { Key, Recipe } from './recipe.js';
import { spreadFor } from './spread.js';
import type { Survey } from './survey.js';

/** Finds the recipe that was made from the same ingredients before. */
class Shelf {
  readonly #first: Board = { next: new Map() };

  find(ingredients: readonly unknown[], make: () => Recipe): Recipe {
    let board = this.#first;
    for (const ingredient of ingredients) {
      let next = board.next.get(ingredient);
      if (next === undefined) board.next.set(ingredient, (next = { next: new Map() }));
      board = next;
    }
    return (board.recipe ??= make());
  }
}

interface Board {
  readonly next: Map<unknown, Board>;
  recipe?: Recipe;
}

type Adorned = Exclude<Kind, 'plain' | 'instance' | 'crafted'>;
const ordinary: Partial<Record<Kind, object>> = {
  array: Array.prototype,
  map: Map.prototype,
  set: Set.prototype,
  date: Date.prototype,
  regexp: RegExp.prototype,
  url: URL.prototype,
  view: DataView.prototype,
  buffer: ArrayBuffer.prototype,
};

export class Plan {
  readonly #survey: Survey;
  readonly #shelf = new Shelf();
  readonly #shared = new Map<object, recipes.SharedRecipe>();

  constructor(survey: Survey) {
    this.#survey = survey;
  }

  /** Undefined for what needs no copy. */
  recipe(value: unknown): Recipe | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    if (!this.#survey.shared.has(value)) return this.#make(value);
    const known = this.#shared.get(value);
    if (known !== undefined) return known;
    const recipe = new recipes.SharedRecipe(this.#shared.size);
    this.#shared.set(value, recipe);
    recipe.wrap(this.#make(value));
    return recipe;
  }

  #make(value: object): Recipe {
    const kind = this.#survey.kinds.get(value) as Kind;
    if (kind === 'crafted') return this.#crafted(value);
    return kind === 'plain' || kind === 'instance' ? this.#object(value) : this.#builtin(value, kind);
  }

  #crafted(value: object): Recipe {
    const crafted = this.#survey.crafted.get(value) as Crafted;
    return new CraftedRecipe(value, crafted, this.recipe(crafted.plain));
  }

  #object(value: object): Recipe {
    const prototype = Object.getPrototypeOf(value) as object | null;
    const accessors = this.#survey.accessors.get(value);
    const keys = accessors === undefined ? Reflect.ownKeys(value) : dataKeysOf(value);
    const [names, parts] = this.#members(value, keys);
    const isPlain = prototype === Object.prototype;
    const spread = spreadFor(keys, isPlain);
    if (isPlain)
      return this.#shelf.find(['plain', ...names, ...parts], () => new recipes.PlainRecipe(spread, names, parts));
    const make = (): Recipe => new recipes.InstanceRecipe(prototype, spread, names, parts);
    if (accessors === undefined) return this.#shelf.find(['instance', prototype, ...names, ...parts], make);
    const fitted = (): Recipe => new recipes.FittedRecipe(make(), accessors);
    return this.#shelf.find(['fitted', prototype, accessors, ...names, ...parts], fitted);
  }

  #members(value: object, keys: readonly Key[]): [Key[], Recipe[]] {
    const names: Key[] = [];
    const parts: Recipe[] = [];
    for (const key of keys) {
      const recipe = this.recipe(Reflect.get(value, key));
      if (recipe === undefined) continue;
      names.push(key);
      parts.push(recipe);
    }
    return [names, parts];
  }

  #builtin(value: object, kind: Adorned): Recipe {
    const inner = this.#inner(value, kind);
    const prototype = Object.getPrototypeOf(value) as object | null;
    const keys = kind === 'bytes' ? [] : Reflect.ownKeys(value).filter((key) => !isCopiedByShell(kind, key, value));
    if (keys.length === 0 && kind !== 'error' && prototype === this.#ordinary(value, kind)) return inner;
    const parts = keys.map((key) => this.recipe(Reflect.get(value, key)));
    return new builtins.AdornedRecipe(inner, prototype, keys, parts);
  }

  #ordinary(value: object, kind: Adorned): object | undefined {
    if (kind === 'bytes')
      return Buffer.isBuffer(value) ? Buffer.prototype : builtins.bytesConstructor(value)?.prototype;
    if (kind === 'box') return Object.getPrototypeOf(Object(value.valueOf())) as object;
    return ordinary[kind];
  }

  #inner(value: object, kind: Adorned): Recipe {
    switch (kind) {
      case 'array':
        return this.#array(value as readonly unknown[]);
      case 'map': {
        const parts: (Recipe | undefined)[] = [];
        Map.prototype.forEach.call(value as Map<unknown, unknown>, (item, key) => {
          parts.push(this.recipe(key), this.recipe(item));
        });
        return new builtins.MapRecipe(parts);
      }
      case 'set': {
        const parts: (Recipe | undefined)[] = [];
        Set.prototype.forEach.call(value as Set<unknown>, (item) => {
          parts.push(this.recipe(item));
        });
        return new builtins.SetRecipe(parts);
      }
      default:
        return builtins.leaves[kind];
    }
  }

  #array(array: readonly unknown[]): Recipe {
    const indices: number[] = [];
    const parts: Recipe[] = [];
    for (const index of indicesOf(array)) {
      const recipe = this.recipe(array[index]);
      if (recipe === undefined) continue;
      indices.push(index);
      parts.push(recipe);
    }
    const [first] = parts;
    if (first !== undefined && parts.length === array.length && parts.every((part) => part === first))
      return this.#shelf.find([recipes.ListRecipe, first], () => new recipes.ListRecipe(first));
    if (first === undefined) return flat;
    return new recipes.ArrayRecipe(indices, parts);
  }
}

/** Without running the accessors: everything else that a survey admits is enumerable. */
function dataKeysOf(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

/** Without walking the holes, of which there may be billions. */
function indicesOf(array: readonly unknown[]): Iterable<number> {
  const keys = Object.keys(array);
  return keys.length < array.length ? keys.filter(isIndex).map(Number) : array.keys();
}

const flat = new recipes.ArrayRecipe([], []);

function isCopiedByShell(kind: Kind, key: string | symbol, value: object): boolean {
  return isSlot(kind, key, value) || (kind === 'array' && isIndex(key));
}
