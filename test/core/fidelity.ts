/** Compares a copy with its original by other means than the copier's, down to descriptors, slots and identities. */
import { types } from 'node:util';
import { admit, Uncopyable } from '../../libs/cache/src/core/copy/copy.js';
import { kept, refused } from './fidelity-cases.js';

const slots: readonly ((value: object) => unknown)[] = [
  (value) => types.isDate(value) && `date ${value.getTime()}`,
  (value) => types.isRegExp(value) && `${value.source} ${value.flags} ${value.lastIndex}`,
  (value) => types.isNativeError(value) && `${value.name} ${value.message} ${value.stack}`,
  (value) =>
    types.isBoxedPrimitive(value) && `${typeof value.valueOf()} ${Object.is(value.valueOf(), -0)} ${String(value)}`,
  (value) => Array.isArray(value) && `array ${value.length}`,
  (value) => ArrayBuffer.isView(value) && Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex'),
  (value) => types.isAnyArrayBuffer(value) && Buffer.from(value).toString('hex'),
  (value) => Buffer.isBuffer(value) && `${value.length}`,
  (value) => Object.getPrototypeOf(value) === URL.prototype && (value as URL).href,
  (value) => types.isMap(value) && 'map',
  (value) => types.isSet(value) && 'set',
];

const contentOf = (value: object): unknown[] =>
  types.isMap(value)
    ? [...Map.prototype.entries.call(value)].flat()
    : types.isSet(value)
      ? [...Set.prototype.values.call(value)]
      : [];

/** Where the two differ, or undefined. Own properties that freezing would change are not compared. */
export function difference(
  original: unknown,
  copy: unknown,
  path = 'result',
  pairs = new Map<object, unknown>(),
): string | undefined {
  if (typeof original !== 'object' || original === null) return Object.is(original, copy) ? undefined : path;
  if (typeof copy !== 'object' || copy === null) return path;
  if (pairs.has(original)) return pairs.get(original) === copy ? undefined : `${path}: another copy of the same`;
  if ((original as object) === copy) return `${path}: not copied`;
  pairs.set(original, copy);
  if (Object.getPrototypeOf(original) !== Object.getPrototypeOf(copy)) return `${path}: prototype`;
  if (slots.some((slot) => slot(original) !== slot(copy))) return `${path}: content`;
  const keys = Reflect.ownKeys(original);
  if (keys.length !== Reflect.ownKeys(copy).length) return `${path}: keys ${String(Reflect.ownKeys(copy))}`;
  for (const [at, key] of keys.entries()) {
    if (!types.isNativeError(original) && Reflect.ownKeys(copy)[at] !== key) return `${path}: order of keys`;
    const [one, other] = [original, copy].map((side) => Object.getOwnPropertyDescriptor(side, key));
    const place = `${path}.${String(key)}`;
    if (one?.enumerable !== other?.enumerable || other === undefined || !('value' in other)) return place;
    const found = difference(Reflect.get(original, key), other.value, place, pairs);
    if (found !== undefined) return found;
  }
  const content = contentOf(copy);
  const found = contentOf(original).map((item, at) => difference(item, content[at], `${path}<${at}>`, pairs));
  return found.find((place) => place !== undefined);
}

function complaintOfKept(name: string, make: () => unknown): string | undefined {
  const original = make();
  const holder = admit(original);
  const [first, second] = [holder.give(), holder.give()];
  const found = difference(original, first) ?? difference(first, second) ?? difference(original, second);
  return found && `${name} is not kept: ${found}`;
}

function complaintOfRefused(name: string, [make, path, kind]: (typeof refused)[string]): string | undefined {
  try {
    admit(make());
  } catch (error) {
    if (!(error instanceof Uncopyable)) return `${name}: ${String(error)}`;
    const asked = typeof kind === 'string' ? error.kind === kind : kind.test(error.kind);
    return asked && error.path === path ? undefined : `${name}: ${error.message}`;
  }
  return `${name} is not refused`;
}

/** Everything that is not as it should be. */
export function complaints(): string[] {
  return [
    ...Object.entries(kept).map(([name, make]) => complaintOfKept(name, make)),
    ...Object.entries(refused).map(([name, expected]) => complaintOfRefused(name, expected)),
  ].filter((complaint) => complaint !== undefined);
}
