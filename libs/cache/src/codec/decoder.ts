/** Makes the value that an Encoder has written. Throws for bytes that none has written: nothing is kept of those. */
import { leaves } from '../core/copy/builtin-recipe.js';
import { define, type Bag } from '../core/copy/recipe.js';
import { type Spread, spreadFor } from '../core/copy/spread.js';
import { ByteReader, Unreadable } from './byte-reader.js';
import { bytesOf } from './bytes-kinds.js';
import { DEEPEST, LONGEST_LAID_OUT, SHORT, Sign, SMALL } from './signs.js';

type Key = string | symbol;

/** Of the objects that have the same names; the second one of them is made from a template, like all that follow. */
interface Shape {
  readonly prototype: object | null;
  readonly keys: readonly Key[];
  template?: { readonly object: object; readonly keys: readonly Key[]; readonly spread: Spread };
}

export function decode(bytes: Buffer, prototypes: readonly (object | null)[]): unknown {
  const decoder = new Decoder(new ByteReader(bytes), prototypes);
  return decoder.whole();
}

class Decoder {
  readonly #from: ByteReader;
  readonly #prototypes: readonly (object | null)[];
  readonly #met: object[] = [];
  readonly #shapes: Shape[] = [];
  #depth = 0;

  constructor(from: ByteReader, prototypes: readonly (object | null)[]) {
    this.#from = from;
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
      default:
        return this.#keep(this.#leaf(sign));
    }
  }

  #leaf(sign: number): object {
    switch (sign) {
      case Sign.regexp: {
        const pattern = new RegExp(this.#text(), this.#text());
        pattern.lastIndex = Number(this.#value());
        return pattern;
      }
      case Sign.url:
        return new URL(this.#text());
      case Sign.error:
        return bareError();
      case Sign.box:
        return Object(this.#primitive()) as object;
      case Sign.bytes:
        return bytesOf(this.#from.byte(), this.#from.blob()) ?? fail();
      case Sign.view:
        return new DataView(new Uint8Array(this.#from.blob()).buffer);
      case Sign.buffer:
        return new Uint8Array(this.#from.blob()).buffer;
      default:
        return fail();
    }
  }

  #primitive(): unknown {
    const value = this.#value();
    return typeof value === 'object' || value === undefined ? fail() : value;
  }

  #members(): object {
    const number = this.#from.count();
    if (number === this.#shapes.length) return this.#firstOf(this.#shape());
    const shape = this.#shapes[number] ?? fail();
    const { object, keys, spread } = (shape.template ??= templateOf(shape));
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

  #shape(): Shape {
    const prototype = this.#prototype();
    const keys: Key[] = [];
    for (let left = this.#from.size(); left > 0; left--) keys.push(this.#key());
    const shape = { prototype, keys };
    this.#shapes.push(shape);
    return shape;
  }

  #prototype(): object | null {
    const prototype = this.#prototypes[this.#from.count()];
    return prototype === undefined ? fail() : prototype;
  }

  #key(): Key {
    const sign = this.#from.byte();
    if (sign >= SHORT) return this.#from.narrow(sign - SHORT);
    switch (sign) {
      case Sign.narrow:
        return this.#from.narrow(this.#from.count());
      case Sign.wide:
        return this.#from.wide(this.#from.count());
      case Sign.registeredSymbol:
        return Symbol.for(this.#text());
      case Sign.wellKnownSymbol: {
        const symbol: unknown = Reflect.get(Symbol, this.#text());
        return typeof symbol === 'symbol' ? symbol : fail();
      }
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
    if (sign === Sign.object || sign === Sign.adorned) fail();
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

function templateOf({ prototype, keys: read }: Shape): NonNullable<Shape['template']> {
  const object = {};
  for (const key of read) define(object, key, undefined);
  // as the engine keeps them, which makes them quicker to find than as they were read
  const keys = Reflect.ownKeys(object);
  if (keys.length !== read.length) fail();
  return { object, keys, spread: spreadFor(keys, prototype === Object.prototype) };
}

function fail(): never {
  throw new Unreadable();
}

function bigintOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

/** A new error has a stack of its own, and the one that was written may have had none. */
function bareError(): object {
  const error = leaves.error.shell({});
  for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key);
  return error;
}
