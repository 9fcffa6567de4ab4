/** Values as nobody would think of them, and as every codec meets them one day. */
import fc from 'fast-check';
import { Owner, StoredFile } from '../core/fidelity-cases.js';

const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 63, 64, -1, -64, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, NaN, Infinity),
);
// units of UTF-16, halves of pairs among them, and lengths around what fits into one byte
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((codes) => String.fromCharCode(...codes)),
  fc.integer({ min: 120, max: 135 }).map((length) => 'é'.repeat(length)),
);
const names = fc.oneof(
  texts,
  fc.constantFrom('__proto__', 'constructor', 'toString', 'then', 'length', '0', '10', '-1', '4294967295', ''),
);
const leaves = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(numbers, texts) },
  fc.constantFrom(null, undefined, true, false),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.oneof(fc.float64Array(), fc.int16Array(), fc.uint8ClampedArray()),
  fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer)),
  fc.constantFrom('a.b', '[^/]', '\\n', '').map((source) => Object.assign(new RegExp(source, 'dgu'), { lastIndex: 3 })),
  fc.webUrl().map((href) => new URL(href)),
  texts.map((message) => new RangeError(message, { cause: message })),
  fc.constantFrom(-0, 'ab', 5n, true).map((primitive): unknown => Object(primitive)),
);

type Holder = Record<PropertyKey, unknown>;

function put(holder: object, name: PropertyKey, value: unknown): object {
  return Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function objectOf(start: object, members: readonly (readonly [PropertyKey, unknown])[]): object {
  for (const [name, value] of members) put(start, name, value);
  return start;
}

function arrayWithHoles(parts: readonly unknown[], hole: number): unknown[] {
  const array = [...parts];
  Reflect.deleteProperty(array, hole);
  return array;
}

const { value: tree } = fc.letrec<{ value: unknown }>((tie) => {
  const value = tie('value');
  const members = fc.array(fc.tuple(fc.oneof(names, fc.constantFrom(Symbol.for('a'), Symbol.iterator)), value), {
    maxLength: 4,
  });
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      fc.array(value, { maxLength: 4 }),
      fc.tuple(fc.array(leaves, { minLength: 1, maxLength: 18 }), fc.nat(18)).map((parts) => arrayWithHoles(...parts)),
      fc.tuple(fc.array(leaves), value).map(([items, extra]) => Object.assign(items, { extra })),
      members.map((list) => objectOf({}, list)),
      members.map((list) => objectOf(Object.create(null) as object, list)),
      members.map((list) => objectOf(new Owner(), list)),
      members.map((list) => objectOf(new StoredFile(), list)),
      members.map((list) => objectOf(new Map([[1, 2]]), list)),
      fc.array(fc.tuple(value, value), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(value, { maxLength: 3 }).map((items) => new Set(items)),
      // a listing: the same names again and again
      fc.array(fc.record({ id: texts, at: leaves, part: leaves }), { maxLength: 20 }),
    ),
  };
});

function holdersIn(value: unknown, found = new Set<object>()): object[] {
  if (typeof value !== 'object' || value === null || found.has(value) || ArrayBuffer.isView(value)) return [...found];
  found.add(value);
  for (const key of Reflect.ownKeys(value)) holdersIn((value as Holder)[key], found);
  return [...found];
}

/** A tree with some ties back and across. */
export const values = fc.tuple(tree, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 })).map(([value, ties]) => {
  const holders = holdersIn(value).filter((holder) => !(holder instanceof Error) && !(holder instanceof URL));
  for (const [from, to] of ties) {
    const holder = holders[from % holders.length];
    if (holder !== undefined) put(holder, Array.isArray(holder) ? holder.length : 'tie', holders[to % holders.length]);
  }
  return value;
});
