/** Prototypes by number: those of built-ins have fixed ones, those of known classes follow in the order they are met. */
import type { Classes, KnownClass } from '../core/classes.js';
import type { Kind } from '../core/copy/kind.js';

/** Append only: the place in the list is what stands in Redis. */
// prettier-ignore
const makers: readonly { readonly prototype: object }[] = [
  Object, Array, Map, Set, Date, RegExp, URL, DataView, ArrayBuffer, Number, String, Boolean, BigInt,
  Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError,
];
const builtins: readonly (object | null)[] = [null, ...makers.map(({ prototype }) => prototype)];

const numbers = new Map(builtins.map((prototype, number) => [prototype, number]));

/** What a value says of a class: its name and its shape when it was written. */
export type ClassMark = readonly [name: string, shape: string];

export class PrototypeNumbers {
  readonly marks: ClassMark[] = [];
  readonly #classes: Classes;
  readonly #met = new Map<KnownClass, number>();

  constructor(classes: Classes) {
    this.#classes = classes;
  }

  /** Undefined: of a class that is not known. */
  of(prototype: object | null): number | undefined {
    const builtin = numbers.get(prototype);
    if (builtin !== undefined) return builtin;
    const known = this.#classes.of(prototype as object);
    if (known === undefined) return undefined;
    let number = this.#met.get(known);
    if (number === undefined) {
      number = builtins.length + this.marks.length;
      this.#met.set(known, number);
      this.marks.push([known.name, known.shape]);
    }
    return number;
  }
}

/** Undefined where one of the classes is not known here, or has another shape. */
export function prototypesOf(marks: readonly ClassMark[], classes: Classes): readonly (object | null)[] | undefined {
  const found = [...builtins];
  for (const [name, shape] of marks) {
    const known = classes.named(name);
    if (known?.shape !== shape) return undefined;
    found.push(known.prototype);
  }
  return found;
}

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

/** Has a built-in the prototype that its constructor gives it? An error is never taken to: it may be of several. */
export function isOrdinary(value: object, kind: Kind, prototype: object | null): boolean {
  if (kind === 'bytes') return true;
  if (kind === 'box') return prototype === Object.getPrototypeOf(Object(value.valueOf()));
  return prototype === ordinary[kind];
}
