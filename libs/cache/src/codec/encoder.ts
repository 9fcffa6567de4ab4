/**
 * Writes a value so that the decoder makes the same again: prototypes, slots of built-ins, holes, names like `__proto__`, and
 * which objects are one. What it is given has been admitted by core/copy, so that reading a property runs nobody's code.
 */
import { types } from 'node:util';
import type { Classes, Craft } from '../core/classes.js';
import { isIndex, kindOf, type Kind } from '../core/copy/kind.js';
import type { Bag } from '../core/copy/recipe.js';
import { ByteWriter } from './byte-writer.js';
import { writeDate, writeLeaf } from './leaf-writer.js';
import { adornmentsOf, hasHoles, isBare, keysOf } from './own-keys.js';
import { type ClassMark, isOrdinary, PrototypeNumbers } from './prototypes.js';
import { Shapes } from './shapes.js';
import { DEEPEST, Sign } from './signs.js';
import { markOf } from './symbols.js';
import { Unwritable } from './unwritable.js';

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
    try {
      this.#value(value);
      return { bytes: this.#to.finish(), marks: this.#prototypes.marks };
    } finally {
      this.#forget();
    }
  }

  /** At the end and not before the next time: nothing holds on to the value meanwhile. */
  #forget(): void {
    this.#to.reset();
    this.#met = new Map();
    this.#shapes = new Shapes();
    this.#prototypes = new PrototypeNumbers(this.#classes);
    this.#depth = 0;
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#to.text(value);
        return;
      case 'number':
        this.#to.number(value);
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
    else if (prototype === Date.prototype && Reflect.ownKeys(value).length === 0) writeDate(this.#to, value);
    else if (prototype === Array.prototype && Array.isArray(value) && isBare(value)) this.#array(value);
    else this.#other(value, prototype);
    this.#depth--;
  }

  #other(value: object, prototype: object | null): void {
    const refuse = (what: string): never => {
      throw new Unwritable(value, what);
    };
    const kind = kindOf(value, refuse, this.#classes);
    if (kind === 'crafted') this.#crafted(value, prototype as object);
    else if (kind === 'plain' || kind === 'instance') this.#members(value, prototype);
    else this.#builtin(value, kind, prototype);
  }

  #members(value: object, prototype: object | null): void {
    const keys = keysOf(value);
    const shape = this.#shapes.of(prototype, keys);
    const isFitted = prototype !== null && this.#classes.accessorsOf(prototype)?.areOn(value) === true;
    this.#to.byte(isFitted ? Sign.fitted : Sign.object);
    this.#to.count(shape.number);
    if (shape.isNew) {
      this.#prototype(value, prototype);
      this.#to.count(keys.length);
      for (const key of keys) this.#key(value, key);
    }
    for (let i = 0; i < keys.length; i++) this.#value((value as Bag)[keys[i] as string]);
  }

  #crafted(value: object, prototype: object): void {
    const craft = this.#classes.craftOf(prototype) as Craft;
    this.#to.byte(Sign.crafted);
    this.#prototype(value, prototype);
    this.#value(craft.toCache(value));
  }

  #prototype(value: object, prototype: object | null): void {
    const number = this.#prototypes.of(prototype);
    if (number === undefined) throw new Unwritable(value, whatIs(value));
    this.#to.count(number);
  }

  #key(holder: object, key: string | symbol): void {
    if (typeof key === 'string') return this.#to.text(key);
    const mark = markOf(key);
    if (mark === undefined) throw new Unwritable(holder, 'an object with a symbol that no other process has');
    const [sign, name] = mark;
    this.#to.byte(sign);
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
        return writeDate(this.#to, value);
      case 'map':
        this.#to.byte(Sign.map);
        this.#to.count(Reflect.get(Map.prototype, 'size', value) as number);
        Map.prototype.forEach.call(value as Map<unknown, unknown>, (item, key) => {
          this.#value(key);
          this.#value(item);
        });
        return;
      case 'set':
        this.#to.byte(Sign.set);
        this.#to.count(Reflect.get(Set.prototype, 'size', value) as number);
        Set.prototype.forEach.call(value as Set<unknown>, (item) => this.#value(item));
        return;
      case 'error':
        return this.#to.byte(Sign.error);
      case 'box':
        this.#to.byte(Sign.box);
        return this.#value(value.valueOf());
      default:
        writeLeaf(this.#to, value, kind);
    }
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

function whatIs(value: object): string {
  const maker: unknown = Reflect.get(value, 'constructor');
  if (typeof maker !== 'function' || maker.name === '') return 'an instance of a class without a name';
  return types.isNativeError(value)
    ? `an error of the class ${maker.name}, which is not known: @Cacheable() makes it so`
    : `an instance of ${maker.name}, which is not known: @Cacheable() makes it so`;
}
