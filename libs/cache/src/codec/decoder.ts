/** Makes the value that an Encoder has written. Throws for bytes that none has written: nothing is kept of those. */
import { isOf } from '../core/copy/crafted.js';
import { define, type Bag } from '../core/copy/recipe.js';
import type { Customs } from '../core/copy/survey.js';
import { ByteReader, Unreadable } from './byte-reader.js';
import { readLeaf } from './leaf-reader.js';
import { type Shape, templateOf } from './template.js';
import { symbolOf } from './symbols.js';
import { DEEPEST, LONGEST_LAID_OUT, SHORT, Sign, SMALL } from './signs.js';

export function decode(bytes: Buffer, prototypes: readonly (object | null)[], customs: Customs): unknown {
  const decoder = new Decoder(new ByteReader(bytes), prototypes, customs);
  return decoder.whole();
}

class Decoder {
  readonly #from: ByteReader;
  readonly #prototypes: readonly (object | null)[];
  readonly #customs: Customs;
  readonly #met: (object | undefined)[] = [];
  readonly #shapes: Shape[] = [];
  #depth = 0;

  constructor(from: ByteReader, prototypes: readonly (object | null)[], customs: Customs) {
    this.#from = from;
    this.#customs = customs;
    this.#prototypes = prototypes;
  }

  whole(): unknown {
    const value = this.#value();
    if (!this.#from.isDone) throw new Unreadable();
    return value;
  }

  #value(): unknown {
    const sign = this.#from.byte();
    if (sign >= SHORT) return this.#from.narrow(sign - SHORT);
    if (sign >= SMALL) return sign - SMALL;
    switch (sign) {
      case Sign.undefined:
        return undefined;
      case Sign.null:
        return null;
      case Sign.false:
        return false;
      case Sign.true:
        return true;
      case Sign.integer: {
        const zigzag = this.#from.count();
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      case Sign.double:
        return this.#from.double();
      case Sign.narrow:
        return this.#from.narrow(this.#from.count());
      case Sign.wide:
        return this.#from.wide(this.#from.count());
      case Sign.bigint:
        return bigintOf(this.#text());
      case Sign.again:
        return this.#met[this.#from.count()] ?? fail();
      default:
        return this.#object(sign);
    }
  }

  #text(): string {
    const text = this.#value();
    return typeof text === 'string' ? text : fail();
  }

  #object(sign: number): object {
    if (++this.#depth > DEEPEST) fail();
    const value = this.#content(sign);
    this.#depth--;
    return value;
  }

  #keep<T extends object>(value: T): T {
    this.#met.push(value);
    return value;
  }

  #content(sign: number): object {
    switch (sign) {
      case Sign.object:
        return this.#members();
      case Sign.date:
        return this.#keep(new Date(this.#from.double()));
      case Sign.array: {
        const size = this.#from.size();
        const array: unknown[] = this.#keep([]);
        for (let i = 0; i < size; i++) array.push(this.#value());
        return array;
      }
      case Sign.sparse:
        return this.#sparse();
      case Sign.map: {
        const map = this.#keep(new Map());
        for (let left = this.#from.size(); left > 0; left--) map.set(this.#value(), this.#value());
        return map;
      }
      case Sign.set: {
        const set = this.#keep(new Set());
        for (let left = this.#from.size(); left > 0; left--) set.add(this.#value());
        return set;
      }
      case Sign.adorned:
        return this.#adorned();
      case Sign.fitted:
        return this.#fitted();
      case Sign.crafted:
        return this.#crafted();
      default:
        return this.#keep(readLeaf(this.#from, sign, () => this.#value()) ?? fail());
    }
  }

  #members(): object {
    const number = this.#from.count();
    if (number === this.#shapes.length) return this.#firstOf(this.#shape());
    const shape = this.#shapes[number] ?? fail();
    const { object, keys, spread } = (shape.template ??= templateOf(shape) ?? fail());
    const value = this.#keep(spread(object));
    // The members are there already: no setter of the class is run for them below.
    if (shape.prototype !== Object.prototype) Object.setPrototypeOf(value, shape.prototype);
    for (let i = 0; i < keys.length; i++) (value as Bag)[keys[i] as string] = this.#value();
    return value;
  }

  #firstOf({ prototype, keys }: Shape): object {
    const value = this.#keep({});
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (key === '__proto__') define(value, key, this.#value());
      else (value as Bag)[key] = this.#value();
    }
    if (prototype !== Object.prototype) Object.setPrototypeOf(value, prototype);
    return value;
  }

  #fitted(): object {
    const value = this.#members();
    const accessors = this.#customs.accessorsOf(Object.getPrototypeOf(value) as object) ?? fail();
    accessors.giveTo(value);
    return value;
  }

  #crafted(): object {
    const prototype = this.#prototype() ?? fail();
    const craft = this.#customs.craftOf(prototype) ?? fail();
    // Its number is taken before those of its parts, none of which can lead back to it.
    const number = this.#met.push(undefined) - 1;
    const made = craft.fromCache(this.#value());
    if (!isOf(made, prototype)) return fail();
    this.#met[number] = made;
    return made;
  }

  #shape(): Shape {
    const prototype = this.#prototype();
    const keys: (string | symbol)[] = [];
    for (let left = this.#from.size(); left > 0; left--) keys.push(this.#key());
    const shape: Shape = { prototype, keys };
    this.#shapes.push(shape);
    return shape;
  }

  #prototype(): object | null {
    const prototype = this.#prototypes[this.#from.count()];
    return prototype === undefined ? fail() : prototype;
  }

  #key(): string | symbol {
    const sign = this.#from.byte();
    if (sign >= SHORT) return this.#from.narrow(sign - SHORT);
    switch (sign) {
      case Sign.narrow:
        return this.#from.narrow(this.#from.count());
      case Sign.wide:
        return this.#from.wide(this.#from.count());
      case Sign.registeredSymbol:
      case Sign.wellKnownSymbol:
        return symbolOf(sign, this.#text()) ?? fail();
      default:
        return fail();
    }
  }

  #sparse(): object {
    const length = this.#from.count();
    if (length >= 2 ** 32) fail();
    const array: unknown[] = this.#keep([]);
    // from here on the engine keeps it as a table and not as a row
    if (length >= LONGEST_LAID_OUT) array.length = 2 ** 32 - 1;
    array.length = length;
    for (let left = this.#from.size(); left > 0; left--) {
      const index = this.#from.count();
      if (index >= length) fail();
      array[index] = this.#value();
    }
    return array;
  }

  #adorned(): object {
    const sign = this.#from.byte();
    if (sign === Sign.object || sign >= Sign.adorned) fail();
    const value = this.#content(sign);
    const prototype = this.#prototype();
    if (Object.getPrototypeOf(value) !== prototype) Object.setPrototypeOf(value, prototype);
    for (let left = this.#from.size(); left > 0; left--) {
      const key = this.#key();
      const enumerable = this.#from.byte() === 1;
      define(value, key, this.#value(), enumerable);
    }
    return value;
  }
}

function fail(): never {
  throw new Unreadable();
}

function bigintOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}
