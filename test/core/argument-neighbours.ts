/** What is one step away from an argument: the likeliest to be taken for it. Sometimes it is the same in another guise. */
import { types } from 'node:util';
import type { Dice } from '../support/data-room-dice.js';
import { disguised } from './argument-cases.js';
import { argumentsOf, holed, piece, valueOf, viewOf } from './argument-lists.js';

type Step<T> = (value: T, dice: Dice) => unknown;

const ofText: readonly Step<string>[] = [
  (text) => text.slice(1),
  (text) => text.slice(0, -1),
  (text, dice) => spliced(text, dice, 0),
  (text, dice) => spliced(text, dice, 1),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFC'),
  (text) => text.normalize('NFKC'),
  (text) => text.toUpperCase(),
  (text) => text.trim(),
  (text) => `"${text}"`,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => Number(text),
  (text) => new Date(text),
  (text) => [text],
  (text) => text.split(','),
  (text) => ({ [text]: undefined }),
  (text) => Buffer.from(text),
  (text) => new TextDecoder().decode(new TextEncoder().encode(text)),
  (text) => Array.from(text).toReversed().join(''),
];

const ofNumber: readonly Step<number>[] = [
  (number) => String(number),
  (number) => -number,
  (number) => number + 1,
  (number) => number * (1 + Number.EPSILON),
  (number) => (Number.isInteger(number) ? BigInt(number) : Math.trunc(number)),
  (number) => new Date(number),
  (number) => number !== 0,
  (number) => [number],
  (number) => number.toFixed(1),
];

const ofBigint: readonly Step<bigint>[] = [Number, String, (big) => `${big}n`, (big) => big + 1n, (big) => -big];

const ofList: readonly Step<readonly unknown[]>[] = [
  (list) => list.slice(1),
  (list) => list.slice(0, -1),
  (list) => [...list, undefined],
  (list) => [...list, ...list.slice(-1)],
  (list) => [...list],
  (list) => list.toReversed(),
  (list) => [list],
  (list) => list.flat(),
  (list, dice) => holed(list, dice),
  (list) => new Set(list),
  (list) => Object.assign({}, list),
  (list) => Object.assign(list.slice(), { length: list.length + 1 }),
  (list) => joined(list, ','),
  (list) => joined(list, "','"),
  (list) => joined(list, '","'),
  (list) => joined(list, ':'),
];

type Entries = readonly (readonly [unknown, unknown])[];

const ofEntries: readonly ((entries: Entries, dice: Dice) => Entries)[] = [
  (entries) => entries.toReversed(),
  (entries) => entries.slice(1),
  (entries) => entries.map(([key, value]) => [value, key]),
  (entries) => entries.map(([key], at) => [key, entries.at(at - 1)?.[1]]),
  (entries) => [...entries, ['b', undefined]],
  (entries) => entries.filter(([, value]) => value !== undefined),
  (entries, dice) => replaced(entries, dice, ([key, value]) => [neighbourOf(key, dice), value]),
  (entries, dice) => replaced(entries, dice, ([key, value]) => [key, neighbourOf(value, dice)]),
  merged,
  (entries, dice) => replaced(entries, dice, ([key, value]) => [name(key) + piece(dice), value]),
];

/** The first two as one, whose name is what both of them would be as text. */
function merged([first, second, ...rest]: Entries): Entries {
  if (first === undefined || second === undefined) return rest;
  return [[`${name(first[0])}=${name(first[1])},${name(second[0])}`, second[1]], ...rest];
}

const asList: Step<Entries> = (entries) => entries;
const asMap: Step<Entries> = (entries) => new Map(entries);
const asObject: Step<Entries> = (entries) => Object.fromEntries(entries.map(([key, value]) => [name(key), value]));
const guises = [asList, asMap, asObject] as const;

function neighbourOf(value: unknown, dice: Dice): unknown {
  switch (typeof value) {
    case 'string':
      return dice.pick(ofText)(value, dice);
    case 'number':
      return dice.pick(ofNumber)(value, dice);
    case 'bigint':
      return dice.pick(ofBigint)(value, dice);
    case 'object':
      return value === null ? blank(value, dice) : besideObject(value, dice);
    default:
      return blank(value, dice);
  }
}

/** Another list of arguments: one step away, the same, or (rarely) any other. */
export function otherArguments(args: readonly unknown[], dice: Dice): unknown[] {
  const kind = dice.below(16);
  if (kind < 3) return args.map(disguised);
  if (kind < 4) return argumentsOf(dice);
  if (kind < 13 && args.length > 0) return replaced(args, dice, (arg) => neighbourOf(arg, dice));
  const other = dice.pick(ofList)(args, dice);
  return Array.isArray(other) ? [...(other as unknown[])] : [other];
}

function besideObject(value: object, dice: Dice): unknown {
  if (dice.below(5) === 0) return disguised(value);
  if (Array.isArray(value)) return besideList(value as unknown[], dice);
  if (types.isMap(value)) return besideEntries([...value], asMap, dice);
  if (types.isSet(value)) return dice.pick([asSet, asSelfMap, (list: unknown[]) => list])(altered([...value], dice));
  if (types.isDate(value)) return besideDate(value, dice);
  if (types.isRegExp(value)) return besidePattern(value, dice);
  if (types.isArrayBuffer(value) || ArrayBuffer.isView(value)) return besideBytes(value, dice);
  if (Object.prototype.toString.call(value) === '[object URL]') return besideUrl(value as URL, dice);
  return besideEntries(Object.entries(value), asObject, dice);
}

const asSet = (list: unknown[]): unknown => new Set(list);
const asSelfMap = (list: unknown[]): unknown => new Map(list.map((item) => [item, item]));

function besideList(list: readonly unknown[], dice: Dice): unknown {
  return dice.below(2) === 0 ? altered(list, dice) : dice.pick(ofList)(list, dice);
}

function altered(list: readonly unknown[], dice: Dice): unknown[] {
  return dice.below(3) === 0 ? list.slice() : replaced(list, dice, (item) => neighbourOf(item, dice));
}

function besideEntries(entries: Entries, guise: Step<Entries>, dice: Dice): unknown {
  if (dice.below(3) === 0) return dice.pick(guises)(entries, dice);
  return guise(dice.pick(ofEntries)(entries, dice), dice);
}

function besideDate(date: Date, dice: Dice): unknown {
  const time = date.getTime();
  const text = Number.isNaN(time) ? String(date) : date.toISOString();
  return dice.pick([time, text, `Date(${text})`, new Date(time + 1), new Date(time), { at: text }]);
}

function besidePattern(pattern: RegExp, dice: Dice): unknown {
  const { source, flags } = pattern;
  const moved = new RegExp(source, flags);
  moved.lastIndex = 1;
  return dice.pick([source, String(pattern), moved, new RegExp(`${source},`, flags), new RegExp(source, 'm')]);
}

function besideUrl({ href }: URL, dice: Dice): unknown {
  return dice.pick([href, new URL(`${href}#`), new URL(`${href},`), { href }, `URL(${href})`]);
}

function besideBytes(bytes: ArrayBuffer | ArrayBufferView, dice: Dice): unknown {
  const content = types.isArrayBuffer(bytes)
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = viewOf(dice, content);
  return dice.pick([view, view, view, [...content], Buffer.from(content).toString('base64url'), new Uint8Array(1)]);
}

function blank(value: unknown, dice: Dice): unknown {
  return dice.pick([true, false, null, undefined, 0, '', '0', String(value), [], {}, [value], valueOf(dice, 0)]);
}

function spliced(text: string, dice: Dice, removed: number): string {
  const at = dice.below(text.length + 1);
  return text.slice(0, at) + piece(dice) + text.slice(at + removed);
}

/** Holes stay. */
function replaced<T>(list: readonly T[], dice: Dice, change: (item: T) => T): T[] {
  const copy = list.slice();
  const at = dice.below(Math.max(list.length, 1));
  if (at in copy) copy[at] = change(copy[at] as T);
  return copy;
}

function joined(list: readonly unknown[], by: string): unknown {
  return list.every((item) => typeof item === 'string') ? list.join(by) : list;
}

function name(of: unknown): string {
  return typeof of === 'object' && of !== null ? 'a' : String(of);
}
