/** What an object is to the copier, told by its internal slots and never by its class: values come from other realms. */
import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { type Classes, noClasses } from '../classes.js';

export type Kind =
  | 'plain'
  | 'instance'
  | 'crafted'
  | 'array'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'url'
  | 'error'
  | 'box'
  | 'bytes'
  | 'view'
  | 'buffer';

/** Whose instances somebody has said how to take apart and make again. */
export type Crafts = Pick<Classes, 'craftOf'>;

/** Never returns: throws what names the place and `what` stands there. */
export type Refuse = (what: string) => never;

const SLOTTED: readonly (readonly [(value: unknown) => boolean, Kind])[] = [
  [types.isDate, 'date'],
  [types.isMap, 'map'],
  [types.isSet, 'set'],
  [types.isTypedArray, 'bytes'],
  [types.isRegExp, 'regexp'],
  [types.isNativeError, 'error'],
  [types.isBoxedPrimitive, 'box'],
  [types.isArrayBuffer, 'buffer'],
  [types.isDataView, 'view'],
];

const HOSTS: readonly (readonly [(value: unknown) => boolean, string])[] = [
  [types.isPromise, 'a promise'],
  [types.isWeakMap, 'a WeakMap'],
  [types.isWeakSet, 'a WeakSet'],
  [types.isSharedArrayBuffer, 'a SharedArrayBuffer'],
  [types.isGeneratorObject, 'a generator'],
  [types.isMapIterator, 'an iterator'],
  [types.isSetIterator, 'an iterator'],
  [types.isArgumentsObject, 'an arguments object'],
  [types.isModuleNamespaceObject, 'a module'],
  [types.isExternal, 'a native handle'],
];

// A copy reads these through getters that a subclass could have replaced.
const UNEXTENDED: ReadonlySet<Kind> = new Set<Kind>(['bytes', 'view', 'buffer', 'regexp', 'box', 'url']);
// Object.freeze leaves their state as changeable as it was.
const GUARDED: ReadonlySet<Kind> = new Set<Kind>(['date', 'map', 'set', 'regexp']);
const ESTRANGED = 'a built-in without its own prototype';

export function kindOf(value: object, refuse: Refuse, crafts: Crafts = noClasses): Kind {
  // first: every other question would run the proxy's traps
  if (types.isProxy(value)) refuse('a Proxy');
  const prototype: object | null = Object.getPrototypeOf(value);
  if (
    (prototype === Object.prototype || prototype === null) &&
    Object.prototype.toString.call(value) === '[object Object]'
  )
    return 'plain';
  if (prototype !== null && crafts.craftOf(prototype) !== undefined) return 'crafted';
  if (Array.isArray(value)) return admitted('array', prototype, refuse);
  for (const [is, kind] of SLOTTED) if (is(value)) return admitted(kind, prototype, refuse);
  for (const [is, what] of HOSTS) if (is(value)) refuse(what);
  if (isUrl(value, prototype)) return 'url';
  return admitted('instance', prototype, refuse);
}

function isUrl(value: object, prototype: object | null): boolean {
  if (prototype !== URL.prototype) return false;
  try {
    return typeof Reflect.get(URL.prototype, 'href', value) === 'string';
  } catch {
    // made by Object.create(URL.prototype): the class check names it
    return false;
  }
}

const refusals = { slotted: new WeakMap<object, string>(), instance: new WeakMap<object, string>() };

function admitted(kind: Kind, prototype: object | null, refuse: Refuse): Kind {
  if (prototype === null) return kind === 'instance' ? kind : refuse(ESTRANGED);
  const known = kind === 'instance' ? refusals.instance : refusals.slotted;
  let refusal = known.get(prototype);
  if (refusal === undefined) known.set(prototype, (refusal = refusalOf(kind, prototype)));
  if (refusal !== '') refuse(refusal);
  return kind;
}

/** Why an object with this prototype would not be the same after a copy, or '' if it would. */
function refusalOf(kind: Kind, prototype: object): string {
  for (let link: object | null = prototype; link !== null; link = Object.getPrototypeOf(link)) {
    if (types.isProxy(link)) return 'an object that inherits from a Proxy';
    if (isRoot(link)) break;
    if (link === EventEmitter.prototype) return 'an event emitter';
    if (link === EventTarget.prototype) return 'an event target';
    const maker: unknown = Object.getOwnPropertyDescriptor(link, 'constructor')?.value;
    if (typeof maker !== 'function') {
      if (Object.hasOwn(link, Symbol.toStringTag))
        return `a built-in ${Object.prototype.toString.call(link).slice(8, -1)}`;
      continue;
    }
    const source = Function.prototype.toString.call(maker);
    if (isNative(source)) return kind === 'instance' ? `a built-in ${maker.name} with state out of reach` : '';
    if (UNEXTENDED.has(kind) && maker !== Buffer) return `an instance of ${maker.name}, which extends a built-in`;
    if (hidesState(source))
      return `an instance of ${maker.name}, whose private fields are out of reach, for its class does not say how it is kept`;
  }
  return kind === 'instance' ? '' : ESTRANGED;
}

/** Own keys that come with the built-in itself and are copied with its slots, or are put there by `freeze`. */
export function isSlot(kind: Kind, key: string | symbol, value: object): boolean {
  if (kind === 'array') return key === 'length';
  if (kind === 'regexp' && key === 'lastIndex') return true;
  if (kind === 'box') return types.isStringObject(value) && (key === 'length' || isIndex(key));
  return GUARDED.has(kind) && isGuard(Object.getOwnPropertyDescriptor(value, key));
}

/** Stands in the place of a method that would change a frozen value. */
export function refuseChange(): never {
  throw new TypeError(
    'Cannot change a cached value: it is shared and frozen. Change a copy, or cache it with `clone`.',
  );
}

export function isGuard(property: PropertyDescriptor | undefined): boolean {
  return property?.value === refuseChange;
}

export function isIndex(key: string | symbol): boolean {
  if (typeof key === 'symbol') return false;
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && String(index) === key;
}

/** `Object.prototype` of this realm or of another. */
export function isRoot(prototype: object): boolean {
  return (
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Made by a built-in class itself and not by one that extends it. */
export function isUnextended(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const maker: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (
    maker === Buffer ||
    maker === URL ||
    (typeof maker === 'function' && isNative(Function.prototype.toString.call(maker)))
  );
}

function isNative(source: string): boolean {
  return source.endsWith('{ [native code] }');
}

// A private name is declared at the start of a class element; prose and colours such as '#fff' are not.
const PRIVATE_NAME = /(?:^|[;{}*)/]|\b(?:static|get|set|async|accessor)\b)[ \t]*#[\p{ID_Start}$_\\]/mu;
const COMMENT_LINE = /^[ \t]*(?:\/\/|\*[ \t/]).*$/gm;
// What compilers for older targets make of it: a WeakMap or WeakSet that knows `this`.
const LOWERED_PRIVATE_NAME = /\.(?:set|add)\(this\b|class_?private|__private/i;

function hidesState(source: string): boolean {
  return PRIVATE_NAME.test(source.replace(COMMENT_LINE, '')) || LOWERED_PRIVATE_NAME.test(source);
}
