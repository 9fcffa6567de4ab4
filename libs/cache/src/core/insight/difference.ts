import { inspect, types } from 'node:util';
import { type Classes, noClasses } from '../classes.js';
import { isIndex } from '../copy/kind.js';
import { CRAFTED, KEYS, pathOf, VALUES, type Step } from '../copy/path.js';

/** Where a value that was kept is not what its source gives, in words. */
export interface Difference {
  /** `result.items[2].name`: names of properties, never values. */
  readonly path: string;
  readonly what: string;
  /** What stands there, shortened. */
  readonly kept: string;
  readonly source: string;
}

type Crafts = Pick<Classes, 'craftOf'>;

/**
 * The first difference between two copies, by value and by type. Not compared are the order of properties and what is one object
 * in two places, which may come out otherwise each time, the stack of an error, which tells of its caller, and accessors.
 */
export function differenceBetween(kept: unknown, source: unknown, crafts: Crafts = noClasses): Difference | undefined {
  return new Comparison(crafts).of(kept, source);
}

class Comparison {
  readonly #crafts: Crafts;
  readonly #steps: Step[] = [];
  /** Pairs that are being compared, or have been: values go round in circles. */
  readonly #met = new Map<object, Set<object>>();

  constructor(crafts: Crafts) {
    this.#crafts = crafts;
  }

  of(kept: unknown, source: unknown): Difference | undefined {
    if (!isObject(kept) || !isObject(source))
      return Object.is(kept, source) ? undefined : this.#found(shown(kept), shown(source));
    const met = this.#met.get(kept) ?? new Set();
    if (met.has(source)) return undefined;
    this.#met.set(kept, met.add(source));
    return this.#ofObjects(kept, source);
  }

  #ofObjects(kept: object, source: object): Difference | undefined {
    const prototype = Object.getPrototypeOf(kept) as object | null;
    if (prototype !== Object.getPrototypeOf(source)) return this.#found(makerOf(kept), makerOf(source));
    const craft = prototype === null ? undefined : this.#crafts.craftOf(prototype);
    if (craft !== undefined) return this.#at(CRAFTED, craft.toCache(kept), craft.toCache(source));
    if (!isSameState(kept, source)) return this.#found(shown(kept), shown(source));
    // Each byte would be a property.
    if (ArrayBuffer.isView(kept)) return undefined;
    if (types.isMap(kept) && types.isMap(source))
      return (
        this.#ofItems(KEYS, [...kept.keys()], [...source.keys()]) ??
        this.#ofItems(VALUES, [...kept.values()], [...source.values()])
      );
    if (types.isSet(kept) && types.isSet(source)) return this.#ofItems(VALUES, [...kept], [...source]);
    if (Array.isArray(kept) && Array.isArray(source)) return this.#ofArrays(kept, source);
    return this.#ofProperties(kept, source);
  }

  #ofItems(step: Step, kept: unknown[], source: unknown[]): Difference | undefined {
    this.#steps.push(step);
    const found = this.#ofArrays(kept, source);
    this.#steps.pop();
    return found;
  }

  #ofArrays(kept: unknown[], source: unknown[]): Difference | undefined {
    if (kept.length !== source.length) return this.#found(`${kept.length} items`, `${source.length} items`);
    const found = this.#ofProperties(kept, source);
    if (found === undefined || !areInAnotherOrder(kept, source)) return found;
    const path = this.#path;
    return { path, what: `${path}: the same items in another order`, kept: shown(kept), source: shown(source) };
  }

  #ofProperties(kept: object, source: object): Difference | undefined {
    for (const name of new Set([...Reflect.ownKeys(kept), ...Reflect.ownKeys(source)])) {
      if (name === 'stack' && types.isNativeError(kept)) continue;
      const [one, other] = [kept, source].map((side) => Object.getOwnPropertyDescriptor(side, name));
      const step = Array.isArray(kept) && typeof name === 'string' && isIndex(name) ? Number(name) : name;
      const found =
        one === undefined || other === undefined || 'value' in one !== 'value' in other
          ? this.#at(step, standIn(one), standIn(other))
          : this.#at(step, one.value, other.value);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #at(step: Step, kept: unknown, source: unknown): Difference | undefined {
    this.#steps.push(step);
    const found =
      kept instanceof StandIn || source instanceof StandIn
        ? this.#found(shown(kept), shown(source))
        : this.of(kept, source);
    this.#steps.pop();
    return found;
  }

  get #path(): string {
    return pathOf('result', this.#steps);
  }

  #found(kept: string, source: string): Difference {
    const path = this.#path;
    return { path, what: `${path}: ${kept} kept, ${source} in the source`, kept, source };
  }
}

/** What is said where a property has no value. */
class StandIn {
  constructor(readonly text: string) {}
}

function standIn(property: PropertyDescriptor | undefined): unknown {
  if (property === undefined) return new StandIn('nothing');
  return 'value' in property ? (property.value as unknown) : new StandIn('an accessor');
}

/** What a built-in is beside its properties. */
function isSameState(kept: object, source: object): boolean {
  if (types.isDate(kept)) return types.isDate(source) && Object.is(kept.getTime(), source.getTime());
  if (types.isRegExp(kept)) return types.isRegExp(source) && String(kept) === String(source);
  if (types.isBoxedPrimitive(kept))
    return types.isBoxedPrimitive(source) && Object.is(kept.valueOf(), source.valueOf());
  if (kept instanceof URL) return source instanceof URL && kept.href === source.href;
  const [one, other] = [bytesOf(kept), bytesOf(source)];
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function bytesOf(value: object): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return types.isArrayBuffer(value) ? Buffer.from(value) : undefined;
}

/** Said of lists that a reader of the evidence can be expected to compare. */
const mostItems = 10_000;

function areInAnotherOrder(kept: readonly unknown[], source: readonly unknown[]): boolean {
  if (kept.length > mostItems) return false;
  const [one, other] = [kept, source].map((items) => items.map((item) => inspect(item, whole)));
  return !areAlike(one!, other!) && areAlike(one!.toSorted(), other!.toSorted());
}

function areAlike(ones: readonly string[], others: readonly string[]): boolean {
  return ones.every((text, at) => text === others[at]);
}

// No method of the value is called.
const whole = { depth: Infinity, customInspect: false, maxArrayLength: null, maxStringLength: null };
const partly = { ...whole, depth: 2, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 80 };
const longest = 80;

function shown(value: unknown): string {
  const text = value instanceof StandIn ? value.text : inspect(value, partly);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function makerOf(value: object): string {
  const maker: unknown = Reflect.get(Object.getPrototypeOf(value) ?? {}, 'constructor');
  return typeof maker === 'function' ? `an instance of ${maker.name}` : shown(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
