/** Values that a copy must keep exactly, and values that it must refuse, with the place and the reason. */
import { EventEmitter } from 'node:events';
import { createSecretKey } from 'node:crypto';
import { Readable } from 'node:stream';

export class Owner {
  name = 'ann';

  get initial(): string {
    return this.name.charAt(0);
  }
}

export class StoredFile {
  readonly owner = new Owner();
  readonly createdAt = new Date(1.7e12);
}

class Derived extends StoredFile {
  extra = [1, new Owner()];
}

class Tagged {
  get [Symbol.toStringTag](): string {
    return 'Date';
  }
  at = 1;
}

class WithSetter {
  declare seen: unknown;
  set name(value: unknown) {
    this.seen = value;
  }
}

class NotFound extends Error {
  readonly status = 404;
  override name = 'NotFound';
}

class Index extends Map<string, Owner> {
  label = 'index';
  override set(): this {
    throw new Error('must not run');
  }
}

class Rows extends Array<Owner> {
  total = 0;
  constructor(...rows: Owner[]) {
    if (rows.length === 1 && typeof rows[0] === 'number') throw new Error('must not run');
    super(...rows);
  }
}

class Day extends Date {
  label = 'monday';
}

const withProps = <T extends object>(value: T, props: object): T => Object.assign(value, props);
const ownProto = (value: unknown): object => JSON.parse(`{"__proto__":${JSON.stringify(value)},"a":1}`) as object;

function cycle(): object {
  const folder: Record<string, unknown> = { name: 'root', files: [] };
  const file = { folder, at: new Date(1) };
  folder['files'] = [file, file];
  folder['self'] = folder;
  folder['byFile'] = new Map([[file, folder]]);
  folder['set'] = new Set([folder, file]);
  return folder;
}

function deep(levels: number): object {
  let value: object = {};
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { value } : [value];
  return value;
}

function hiding(): WithSetter {
  const value = new WithSetter();
  Object.defineProperty(value, 'name', { value: new Owner(), enumerable: true, writable: true, configurable: true });
  return value;
}

function sparse(): unknown[] {
  const array: unknown[] = [];
  array[3] = new Owner();
  array[7] = undefined;
  array.length = 10;
  return array;
}

function huge(): unknown[] {
  const array: unknown[] = [];
  array[4e9] = { last: true };
  return array;
}

function bareError(): Error {
  const error = new Error('gone');
  delete error.stack;
  return error;
}

function shareOneDate(): object {
  const at = new Date(5);
  return { createdAt: at, updatedAt: at };
}

export const kept: Readonly<Record<string, () => unknown>> = {
  primitives: () => [1, -0, 0, NaN, Infinity, 'a', '\ud800', true, null, undefined, 10n ** 40n],
  'undefined alone': () => undefined,
  'null alone': () => null,
  'negative zero alone': () => -0,
  'a date': () => new Date(1.7e12),
  'an invalid date': () => new Date(NaN),
  'a date with properties': () => withProps(new Date(3), { zone: 'utc', owner: new Owner() }),
  'a subclass of Date': () => new Day(4),
  'a map': () =>
    new Map<unknown, unknown>([
      ['a', { at: new Date(1) }],
      [{ key: 1 }, new Owner()],
      [NaN, -0],
    ]),
  'a map with properties': () => withProps(new Map([[1, 2]]), { total: 3 }),
  'a subclass of Map': () =>
    withProps(Object.setPrototypeOf(new Map([['a', new Owner()]]), Index.prototype) as object, { label: 'x' }),
  'a set': () => new Set<unknown>([1, { a: 1 }, new Owner(), undefined]),
  'a pattern in the middle of a text': () => withProps(/a(b)/giu, { lastIndex: 7 }),
  'a pattern with properties': () => withProps(/x/, { title: 'x' }),
  'a url': () => ({ at: new URL('https://user:pw@example.org:8080/a%20b?c=d#e') }),
  'an error': () => new TypeError('wrong', { cause: { code: 7, at: new Date(1) } }),
  'an error of a class': () => withProps(new NotFound('no such file'), { path: ['a', 'b'] }),
  'an aggregate error': () => new AggregateError([new Error('one'), 2], 'several'),
  'an error without a stack': bareError,
  'a buffer': () => Buffer.from('content'),
  'a slice of a buffer': () => Buffer.from('some content').subarray(2, 6),
  'an empty buffer': () => Buffer.alloc(0),
  'two buffers of one pool': () => [Buffer.from('ab'), Buffer.from('cd')],
  'typed arrays': () => [
    new Uint8Array([1, 2]),
    new Uint8ClampedArray([3]),
    new Int16Array([-4]),
    new Float64Array([-0, NaN, 1.5]),
    new BigInt64Array([-5n]),
  ],
  'an array buffer': () => new Uint8Array([1, 2, 3]).buffer,
  'a data view': () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  'a sparse array': sparse,
  'an array with billions of holes': huge,
  'an array with properties': () => withProps([1, { a: 1 }], { total: 2, [Symbol.for('page')]: { n: 1 } }),
  'a subclass of Array': () => withProps(new Rows(new Owner(), new Owner()), { total: 9 }),
  'boxed primitives': () => [Object(1), Object(-0), Object('ab'), Object(true), Object(5n)] as unknown[],
  'a boxed text with properties': () => withProps(Object('ab') as object, { lang: 'en' }),
  'an object without a prototype': () => withProps(Object.create(null) as object, { a: new Date(1), ['__proto__']: 1 }),
  'an own __proto__': () => ownProto(1),
  'an own __proto__ that is an object': () => ownProto({ polluted: true }),
  'names of inherited members': () => ({ constructor: { a: 1 }, toString: new Date(1), hasOwnProperty: 1 }),
  'symbols as names': () => ({ [Symbol.for('a')]: { b: 1 }, [Symbol.iterator]: 1 }),
  'an instance': () => new StoredFile(),
  'an instance of a derived class': () => new Derived(),
  'an instance that calls itself a Date': () => new Tagged(),
  'a property that hides a setter': hiding,
  'an object with a prototype of its own': () =>
    withProps(Object.create({ inherited: 1 }) as object, { own: new Date(1) }),
  'an own toStringTag': () => ({ [Symbol.toStringTag]: 'Promise', a: 1 }),
  'a listing': () => ({ items: Array.from({ length: 5 }, () => new StoredFile()), nextCursor: null }),
  'a mixed list': () => [1, 'a', null, { a: 1 }, [2], new Date(1), new Owner(), { a: { b: new Date(2) } }],
  'circles and shared parts': cycle,
  'one date twice': shareOneDate,
  'a shared buffer object': () => {
    const bytes = Buffer.from('x');
    return { bytes, again: bytes };
  },
  'four hundred levels': () => deep(400),
  'a frozen object': () => Object.freeze({ a: Object.freeze([1, { b: 2 }]) }),
  'values of another realm': () =>
    structuredClone({ at: new Date(1), list: [new Map([[1, { a: 1 }]])], error: new RangeError('x') }),
};

class Secret {
  #hidden = 1;
  read(): number {
    return this.#hidden;
  }
}
class DerivedSecret extends Secret {
  open = 1;
}
class SecretMethod {
  open = 1;
  #run(): number {
    return 1;
  }
  run(): number {
    return this.#run();
  }
}
const lowered = new WeakMap<object, number>();
class LoweredSecret {
  constructor() {
    lowered.set(this, 1);
  }
}
class Emitter extends EventEmitter {}
class Later extends Promise<number> {}
class Pattern extends RegExp {}
class Bytes extends Uint8Array {}

function* numbers(): Generator<number> {
  yield 1;
}
function argumentsOf(..._args: unknown[]): unknown {
  return arguments;
}
const accessor = (): object => Object.defineProperty({}, 'lazy', { get: () => 1, enumerable: true });
const hidden = (): object => Object.defineProperty({}, 'hidden', { value: 1 });
const detached = (): Uint8Array => {
  const bytes = new Uint8Array(4);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
};
const overlapping = (): object => {
  const bytes = new Uint8Array(8);
  return { all: bytes, first: bytes.subarray(0, 4) };
};

export const refused: Readonly<Record<string, [make: () => unknown, path: string, kind: string | RegExp]>> = {
  'a function': [() => ({ items: [1, 2, 3, { owner: () => 1 }] }), 'result.items[3].owner', 'a function'],
  'a class': [() => Owner, 'result', 'a function'],
  'a symbol': [() => ({ a: Symbol('x') }), 'result.a', 'a symbol'],
  'a boxed symbol': [() => Object(Symbol('x')) as unknown, 'result', 'a symbol'],
  'a promise': [() => [Promise.resolve(1)], 'result[0]', 'a promise'],
  'a subclass of Promise': [() => Later.resolve(1), 'result', 'a promise'],
  'a WeakMap': [() => new Map([[1, new WeakMap()]]), 'result.values()[0]', 'a WeakMap'],
  'a WeakSet as key': [() => new Map([[new WeakSet(), 1]]), 'result.keys()[0]', 'a WeakSet'],
  'a WeakRef': [() => new Set([1, new WeakRef({})]), 'result.values()[1]', /built-in WeakRef/],
  'a proxy': [() => ({ p: new Proxy({}, {}) }), 'result.p', 'a Proxy'],
  'a proxy of an array': [() => new Proxy([], {}), 'result', 'a Proxy'],
  'a proxy as prototype': [() => Object.create(new Proxy({}, {})) as unknown, 'result', /Proxy/],
  'a generator': [() => numbers(), 'result', 'a generator'],
  'an iterator': [() => new Map().entries(), 'result', 'an iterator'],
  'an array iterator': [() => [1].values(), 'result', /Iterator|built-in/],
  'an arguments object': [() => argumentsOf(1), 'result', 'an arguments object'],
  'an event emitter': [() => ({ bus: new Emitter() }), 'result.bus', 'an event emitter'],
  'a stream': [() => Readable.from([1]), 'result', /./],
  'an event target': [() => new EventTarget(), 'result', 'an event target'],
  'an abort signal': [() => new AbortController().signal, 'result', /./],
  'an accessor': [accessor, 'result.lazy', 'an accessor'],
  'a hidden property': [hidden, 'result.hidden', 'a non-enumerable property'],
  'an odd name': [() => ({ 'a b': () => 1 }), 'result["a b"]', 'a function'],
  'a symbol as name': [() => ({ [Symbol('s')]: () => 1 }), 'result[Symbol(s)]', 'a function'],
  'a private field': [() => ({ secret: new Secret() }), 'result.secret', /Secret, whose private/],
  'an inherited private field': [() => new DerivedSecret(), 'result', /Secret, whose private/],
  'a private method': [() => new SecretMethod(), 'result', /private/],
  'a private field of an older target': [() => new LoweredSecret(), 'result', /private/],
  'a shared buffer': [() => new SharedArrayBuffer(1), 'result', 'a SharedArrayBuffer'],
  'a view of a shared buffer': [() => new Uint8Array(new SharedArrayBuffer(1)), 'result', /SharedArrayBuffer/],
  'a resizable buffer': [() => Reflect.construct(ArrayBuffer, [1, { maxByteLength: 2 }]), 'result', /resizable/],
  'a detached buffer': [detached, 'result', /detached/],
  'two views of the same bytes': [overlapping, 'result.first', /second view/],
  'a typed array with properties': [() => withProps(new Uint8Array(2), { a: 1 }), 'result', /properties of its own/],
  'a subclass of RegExp': [() => new Pattern('a'), 'result', /extends a built-in/],
  'a subclass of Uint8Array': [() => new Bytes(1), 'result', /extends a built-in/],
  'a module of WebAssembly': [
    () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
    'result',
    /built-in/,
  ],
  'a formatter': [() => new Intl.NumberFormat('en'), 'result', /built-in NumberFormat/],
  'a key object': [() => createSecretKey(Buffer.from('k')), 'result', /./],
  'a blob': [() => new Blob(['x']), 'result[Symbol(kHandle)]', /built-in Blob/],
  'search parameters': [() => new URLSearchParams('a=b'), 'result', /URLSearchParams/],
  headers: [() => new Headers(), 'result', /./],
  'an imposter of Date': [() => Object.create(Date.prototype) as unknown, 'result', /built-in Date/],
  'an imposter of URL': [() => Object.create(URL.prototype) as unknown, 'result', /./],
  'a date without its prototype': [() => Object.setPrototypeOf(new Date(), null) as unknown, 'result', /prototype/],
  'a hundred thousand levels': [
    () => deep(100_000),
    `result${'[0].value'.repeat(5)}…${'.value[0]'.repeat(5)}`,
    /levels deep/,
  ],
};
