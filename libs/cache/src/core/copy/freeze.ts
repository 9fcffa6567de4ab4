/**
 * A value that everybody shares because nobody can change it. It is frozen in place: whoever made it holds the same
 * frozen object, and equality with what he returned is identity.
 */
import { noClasses } from '../classes.js';
import { isGuard, isUnextended, refuseChange, type Kind } from './kind.js';
import { type Customs, Survey, type Unwanted } from './survey.js';

const CHANGEABLE: Partial<Record<Kind, string>> = {
  bytes: 'a typed array, whose bytes cannot be frozen',
  view: 'a DataView, whose bytes cannot be frozen',
  buffer: 'an ArrayBuffer, whose bytes cannot be frozen',
  url: 'a URL, which cannot be frozen',
  crafted: 'an instance whose state is hidden and cannot be frozen',
};

/**
 * Object.freeze leaves these as they are. They are hidden on the instance by non-enumerable properties, so that the
 * prototype and every equality stay as they were. `Date.prototype.setTime.call(value)` still gets through: this guards
 * against mistakes, not against intent.
 */
const MUTATORS: Partial<Record<Kind, readonly string[]>> = {
  date: Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
  map: ['set', 'delete', 'clear'],
  set: ['add', 'delete', 'clear'],
  regexp: ['compile'],
};

// Writable until Object.freeze: V8 defines such a property three times as fast.
const GUARD = { value: refuseChange, enumerable: false, writable: true, configurable: true };

/** A second freeze finds the guards of the first; a stranger's frozen Date has none, and has no room for them. */
const changeable: Unwanted = (value, kind) => {
  const method = MUTATORS[kind]?.[0];
  if (method !== undefined && !isUnextended(value)) return `a ${kind} of a subclass, whose methods may change it`;
  if (method === undefined || Object.isExtensible(value)) return CHANGEABLE[kind];
  const guarded = isGuard(Object.getOwnPropertyDescriptor(value, method));
  return guarded ? undefined : `a ${kind} frozen from outside, whose content can still be changed`;
};

const OVERRIDES_WEIGHT = 24 * 8;

export class Shared<T> {
  /** Estimated bytes in memory. */
  readonly weight: number;
  readonly #value: T;

  constructor(value: T, customs: Customs) {
    const { kinds, weight } = new Survey(value, customs, changeable);
    let overrides = 0;
    // only now: a value that is refused half-way stays as it was
    for (const [part, kind] of kinds) {
      const mutators = MUTATORS[kind];
      if (mutators !== undefined) overrides += OVERRIDES_WEIGHT;
      if (mutators !== undefined && Object.isExtensible(part))
        for (const name of mutators) Object.defineProperty(part, name, GUARD);
      Object.freeze(part);
    }
    this.weight = weight + overrides;
    this.#value = value;
  }

  get held(): T {
    return this.#value;
  }

  give(): T {
    return this.#value;
  }
}

/** Freezes deeply and in place, or throws Uncopyable for what Object.freeze would leave changeable. */
export function freeze<T>(value: T, customs: Customs = noClasses): Shared<T> {
  return new Shared(value, customs);
}
