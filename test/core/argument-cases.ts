/** Random argument lists full of texts that look like something else, and a notion of "the same" of its own. */
import fc from 'fast-check';
import { types } from 'node:util';

const pieces = fc.constantFrom(...'a1n,:"\'[]{}()=~#\\%*-. \n\0é\ud800_@/'.split(''));
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'b', '1', '12n', 'true', 'null', 'undefined', 'NaN', '-0', '-Infinity', '1e+21', '[]', '{}'),
  fc.constantFrom(
    'a,b',
    'a","b',
    "a','b",
    '["a"]',
    '{a=1}',
    '~1',
    '#',
    'Map(a=1)',
    'Date(NaN)',
    '1970-01-01T00:00:00.000Z',
  ),
  fc.array(pieces, { maxLength: 4 }).map((chars) => chars.join('')),
);
const names = fc.oneof(fc.constantFrom('a', 'b', 'a=1', '__proto__', 'constructor', ''), texts);
const numbers = fc.constantFrom(0, -0, 1, -1, 12, 1.5, 1e21, 1e-7, NaN, Infinity, -Infinity);
const bytes = fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3 });

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: texts, weight: 6 },
  { arbitrary: numbers, weight: 3 },
  fc.constantFrom(true, false, null, undefined, 0n, 1n, 12n, -1n),
  fc.constantFrom(0, 1, NaN).map((time) => new Date(time)),
  bytes.map((list) => Buffer.from(list)),
  bytes.map((list) => new Uint8Array(list)),
  bytes.map((list) => new Int8Array(list)),
  bytes.map((list) => new Uint8Array(list).buffer),
  bytes.map((list) => new DataView(new Uint8Array(list).buffer)),
  fc
    .constantFrom('a', 'a,g', ' ')
    .chain((source) => fc.constantFrom('', 'g', 'y').map((flags) => new RegExp(source, flags))),
  fc.constantFrom('http://a/', 'http://a/b,c').map((href) => new URL(href)),
);

function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

function holed(items: readonly unknown[], holes: readonly number[]): unknown[] {
  const array = [...items];
  for (const at of holes) if (at < array.length) Reflect.deleteProperty(array, at);
  return array;
}

const { value } = fc.letrec<{ value: unknown; nested: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { arbitrary: leaf, weight: 3 },
    { arbitrary: tie('nested'), weight: 2 },
  ),
  nested: fc.oneof(
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.array(fc.nat(2), { maxLength: 1 }))
      .map(([items, holes]) => holed(items, holes)),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 3 }).map(objectOf),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 2 }).map((items) => new Set(items)),
  ),
}));

export const argumentLists: fc.Arbitrary<unknown[]> = fc.array(value, { maxLength: 3 });

const builtins: readonly ((value: object) => string | undefined)[] = [
  (of) => (types.isDate(of) ? `date ${of.getTime()}` : undefined),
  (of) => (types.isRegExp(of) ? `regexp ${of.flags} ${of.lastIndex} ${of.source}` : undefined),
  (of) => (Object.prototype.toString.call(of) === '[object URL]' ? `url ${(of as URL).href}` : undefined),
  (of) => (types.isArrayBuffer(of) ? `memory ${Buffer.from(of).toString('hex')}` : undefined),
  (of) =>
    ArrayBuffer.isView(of)
      ? `${of.constructor.name} ${Buffer.from(of.buffer, of.byteOffset, of.byteLength).toString('hex')}`
      : undefined,
];

/** Written without a look at the encoder. */
export function same(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other);
  for (const text of builtins)
    if (text(one) !== undefined || text(other) !== undefined) return text(one) === text(other);
  if (types.isMap(one) || types.isMap(other))
    return types.isMap(one) && types.isMap(other) && same([...one], [...other]);
  if (types.isSet(one) || types.isSet(other))
    return types.isSet(one) && types.isSet(other) && same([...one], [...other]);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(Reflect.get(one, key), Reflect.get(other, key)))
  );
}

/** The same in another guise: properties the other way round, without a prototype, strings made anew. */
export function disguised(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (types.isMap(value)) return new Map([...value].map(([key, item]) => [disguised(key), disguised(item)]));
  if (types.isSet(value)) return new Set([...value].map(disguised));
  if (Array.isArray(value)) return value.map(disguised);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const result = Object.create(null) as object;
  for (const name of Object.keys(value).toReversed())
    Object.defineProperty(result, name, { value: disguised(Reflect.get(value, name)), enumerable: true });
  return result;
}
