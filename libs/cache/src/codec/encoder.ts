/**
 * Writes a value so that the decoder makes the same again: prototypes, slots of built-ins, holes, names like `__proto__`, and
 * which objects are one. What it is given has been admitted by core/copy, so that reading a property runs nobody's code.
 */
import { isDeepStrictEqual, types } from 'node:util';
import type { Classes } from '../core/classes.js';
import { isIndex, isSlot, kindOf, type Kind } from '../core/copy/kind.js';
import type { Bag } from '../core/copy/recipe.js';
import { ByteWriter } from './byte-writer.js';
import { bytesCode } from './bytes-kinds.js';
import { type ClassMark, PrototypeNumbers } from './prototypes.js';
import { Shapes } from './shapes.js';
import { DEEPEST, Sign, SMALL, SHORT } from './signs.js';

/** A part that cannot be written, and what it is. */
export class Unwritable extends Error {
  constructor(
    readonly culprit: object,
    readonly what: string,
  ) {
    super(what);
  }
}

export interface Encoded {
  readonly bytes: Buffer;
  readonly marks: readonly ClassMark[];
}

export class Encoder {
  readonly #classes: Classes;
  readonly #to = new ByteWriter();
  #prototypes: PrototypeNumbers;
  #met = new Map<object, number>();
  #shapes = new Shapes();
  #depth = 0;

  constructor(classes: Classes) {
    this.#classes = classes;
    this.#prototypes = new PrototypeNumbers(classes);
  }

  /** Throws Unwritable. */
  encode(value: unknown): Encoded {
    this.#to.reset();
    this.#met = new Map();
    this.#shapes = new Shapes();
    this.#prototypes = new PrototypeNumbers(this.#classes);
    this.#depth = 0;
    this.#value(value);
    return { bytes: this.#to.finish(), marks: this.#prototypes.marks };
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#to.text(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        this.#to.byte(value ? Sign.true : Sign.false);
        return;
      case 'undefined':
        this.#to.byte(Sign.undefined);
        return;
      case 'bigint':
        this.#to.byte(Sign.bigint);
        this.#to.text(value < 0n ? `-${(-value).toString(16)}` : value.toString(16));
        return;
      case 'object':
        if (value === null) this.#to.byte(Sign.null);
        else this.#object(value);
        return;
      default:
        throw new TypeError(`a ${typeof value} has not been admitted`);
    }
  }

  #number(value: number): void {
    if ((value | 0) !== value || (value === 0 && Object.is(value, -0))) {
      this.#to.byte(Sign.double);
      this.#to.double(value);
    } else if (value >= 0 && value < SHORT - SMALL) this.#to.byte(SMALL + value);
    else {
      this.#to.byte(Sign.integer);
      this.#to.count(value < 0 ? -2 * value - 1 : 2 * value);
    }
  }

  #object(value: object): void {
    const number = this.#met.get(value);
    if (number !== undefined) {
      this.#to.byte(Sign.again);
      this.#to.count(number);
      return;
    }
    this.#met.set(value, this.#met.size);
    if (++this.#depth > DEEPEST) throw new Unwritable(value, 'nested too deeply');
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) this.#members(value, prototype);
    else if (prototype === Date.prototype && Reflect.ownKeys(value).length === 0) this.#date(value);
    else if (prototype === Array.prototype && Array.isArray(value) && isBare(value)) this.#array(value);
    else this.#other(value, prototype);
    this.#depth--;
  }

  #other(value: object, prototype: object | null): void {
    const kind = kindOf(value, (what) => {
      throw new Unwritable(value, what);
    });
    if (kind === 'plain' || kind === 'instance') this.#members(value, prototype);
    else this.#builtin(value, kind, prototype);
  }

  #members(value: object, prototype: object | null): void {
    const keys = keysOf(value);
    const shape = this.#shapes.of(prototype, keys);
    this.#to.byte(Sign.object);
    this.#to.count(shape.number);
    if (shape.isNew) {
      this.#prototype(value, prototype);
      this.#to.count(keys.length);
      for (const key of keys) this.#key(value, key);
    }
    for (let i = 0; i < keys.length; i++) this.#value((value as Bag)[keys[i] as string]);
  }

  #prototype(value: object, prototype: object | null): void {
    const number = this.#prototypes.of(prototype);
    if (number === undefined) throw new Unwritable(value, whatIs(value));
    this.#to.count(number);
  }

  #key(holder: object, key: string | symbol): void {
    if (typeof key === 'string') return this.#to.text(key);
    const registered = Symbol.keyFor(key);
    const name = registered ?? wellKnownName(key);
    if (name === undefined) throw new Unwritable(holder, 'an object with a symbol that no other process has');
    this.#to.byte(registered === undefined ? Sign.wellKnownSymbol : Sign.registeredSymbol);
    this.#to.text(name);
  }

  #builtin(value: object, kind: Kind, prototype: object | null): void {
    const keys = kind === 'bytes' ? [] : adornmentsOf(value, kind);
    const isAdorned = keys.length > 0 || !isOrdinary(value, kind, prototype);
    if (isAdorned) this.#to.byte(Sign.adorned);
    this.#content(value, kind);
    if (!isAdorned) return;
    this.#prototype(value, prototype);
    this.#to.count(keys.length);
    for (const key of keys) {
      this.#key(value, key);
      this.#to.byte(Object.prototype.propertyIsEnumerable.call(value, key) ? 1 : 0);
      this.#value((value as Bag)[key]);
    }
  }

  // The methods are taken from the prototypes, because a subclass may have others.
  #content(value: object, kind: Kind): void {
    switch (kind) {
      case 'array':
        return this.#array(value as readonly unknown[]);
      case 'date':
        return this.#date(value);
      case 'map':
        this.#to.byte(Sign.map);
        this.#to.count((value as Map<unknown, unknown>).size);
        Map.prototype.forEach.call(value as Map<unknown, unknown>, (item, key) => {
          this.#value(key);
          this.#value(item);
        });
        return;
      case 'set':
        this.#to.byte(Sign.set);
        this.#to.count((value as Set<unknown>).size);
        Set.prototype.forEach.call(value as Set<unknown>, (item) => this.#value(item));
        return;
      case 'error':
        return this.#to.byte(Sign.error);
      case 'box':
        this.#to.byte(Sign.box);
        return this.#value(value.valueOf());
      default:
        this.#leaf(value, kind);
    }
  }

  #leaf(value: object, kind: Kind): void {
    switch (kind) {
      case 'regexp': {
        const { source, flags, lastIndex } = value as RegExp;
        this.#to.byte(Sign.regexp);
        for (const part of [source, flags, lastIndex]) this.#value(part);
        return;
      }
      case 'url': {
        const { href } = value as URL;
        // some addresses that setters can make are read as others
        if (new URL(href).href !== href) throw new Unwritable(value, 'a URL whose text is that of another');
        this.#to.byte(Sign.url);
        return this.#to.text(href);
      }
      case 'buffer':
        this.#to.byte(Sign.buffer);
        return this.#to.blob(new Uint8Array(value as ArrayBuffer));
      case 'view':
      case 'bytes': {
        const { buffer, byteOffset, byteLength } = value as DataView<ArrayBuffer>;
        this.#to.byte(kind === 'view' ? Sign.view : Sign.bytes);
        if (kind === 'bytes') this.#to.byte(bytesCode(value as Uint8Array) ?? unknownBytes(value));
        return this.#to.blob(new Uint8Array(buffer, byteOffset, byteLength));
      }
      default:
        throw new Unwritable(value, `a ${kind}`);
    }
  }

  #date(value: object): void {
    this.#to.byte(Sign.date);
    this.#to.double(Date.prototype.getTime.call(value));
  }

  #array(array: readonly unknown[]): void {
    const { length } = array;
    if (hasHoles(array)) return this.#sparse(array);
    this.#to.byte(Sign.array);
    this.#to.count(length);
    for (let i = 0; i < length; i++) this.#value(array[i]);
  }

  #sparse(array: readonly unknown[]): void {
    const present = Object.keys(array).filter(isIndex);
    this.#to.byte(Sign.sparse);
    this.#to.count(array.length);
    this.#to.count(present.length);
    for (const index of present) {
      this.#to.count(Number(index));
      this.#value(array[Number(index)]);
    }
  }
}

/** Listing the keys of a long array costs far more than comparing it with a bare one. */
const LISTED = 16;

function isBare(array: readonly unknown[]): boolean {
  if (array.length <= LISTED) return Reflect.ownKeys(array).length === array.length + 1;
  return !hasHoles(array) && isDeepStrictEqual(([] as unknown[]).concat(array), array);
}

/** Ends at the first, of which there may be billions. */
function hasHoles(array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i++) if (array[i] === undefined && !Object.hasOwn(array, i)) return true;
  return false;
}

/** What Reflect.ownKeys would list for an object without hidden properties, in half the time. */
function keysOf(value: object): (string | symbol)[] {
  const names: (string | symbol)[] = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.length === 0 ? names : [...names, ...symbols];
}

function adornmentsOf(value: object, kind: Kind): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => !isSlot(kind, key, value) && !(kind === 'array' && isIndex(key)));
}

const wellKnown = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol).flatMap((name) => {
    const symbol: unknown = Reflect.get(Symbol, name);
    return typeof symbol === 'symbol' ? [[symbol, name] as const] : [];
  }),
);

function wellKnownName(symbol: symbol): string | undefined {
  return wellKnown.get(symbol);
}

/** Has it the prototype that the decoder's shell will have? */
function isOrdinary(value: object, kind: Kind, prototype: object | null): boolean {
  switch (kind) {
    case 'array':
      return prototype === Array.prototype;
    case 'map':
      return prototype === Map.prototype;
    case 'set':
      return prototype === Set.prototype;
    case 'date':
      return prototype === Date.prototype;
    case 'regexp':
      return prototype === RegExp.prototype;
    case 'url':
      return prototype === URL.prototype;
    case 'view':
      return prototype === DataView.prototype;
    case 'buffer':
      return prototype === ArrayBuffer.prototype;
    case 'box':
      return prototype === Object.getPrototypeOf(Object(value.valueOf()));
    case 'error':
      return false;
    default:
      return true;
  }
}

function unknownBytes(value: object): never {
  throw new Unwritable(value, 'a typed array of an unknown kind');
}

function whatIs(value: object): string {
  const maker: unknown = Reflect.get(value, 'constructor');
  if (typeof maker !== 'function' || maker.name === '') return 'an instance of a class without a name';
  return types.isNativeError(value)
    ? `an error of the class ${maker.name}, which is not known`
    : `an instance of ${maker.name}, which is not known`;
}
