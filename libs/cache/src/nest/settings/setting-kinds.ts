// What settings may be, where that is said of more than one of them or takes more than a line.
import { millisecondsOf } from '../../core/duration.js';
import type { Kind } from './setting.js';

export const yesOrNo: Kind<boolean> = {
  parse(value) {
    const text = String(value).toLowerCase();
    if (text === 'true' || text === '1') return true;
    return text === 'false' || text === '0' ? false : undefined;
  },
  wanted: 'true or false',
};

/** The bound keeps a slip of the finger from taking all memory: the store reserves room for its entries at once. */
export function wholeNumber(least: number, most: number): Kind<number> {
  const parse = (value: unknown) => {
    const number = wholeNumberOf(value);
    return number !== undefined && number >= least && number <= most ? number : undefined;
  };
  return { parse, wanted: `a whole number from ${least} to ${most}` };
}

/** Milliseconds. */
export const duration: Kind<number> = {
  parse: secondsOf,
  wanted: 'a whole number of seconds from 1 up',
  inCode: { parse: durationOf, wanted: "seconds above 0 or a text such as '5m'" },
};

export const durationOrNone: Kind<number> = {
  parse: (value) => zeroOf(value) ?? secondsOf(value),
  wanted: 'a whole number of seconds from 0 up',
  inCode: {
    parse: (value) => zeroOf(value) ?? durationOf(value),
    wanted: "seconds from 0 up or a text such as '5m'",
  },
};

/** Milliseconds, of as many seconds at least and at most. */
export function durationBetween(least: number, most: number): Kind<number> {
  const bounded = (ms: number | undefined) =>
    ms !== undefined && ms >= least * 1_000 && ms <= most * 1_000 ? ms : undefined;
  return {
    parse: (value) => bounded(secondsOf(value)),
    wanted: `a whole number of seconds from ${least} to ${most}`,
    inCode: {
      parse: (value) => bounded(durationOf(value)),
      wanted: `seconds from ${least} to ${most} or a text such as '5m'`,
    },
  };
}

/** Of a whole. */
export const part: Kind<number> = {
  parse(value) {
    const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && number >= 0 && number <= 1 ? number : undefined;
  },
  wanted: 'a number from 0 to 1',
};

export function oneOf<T extends string>(...words: readonly [T, T, ...T[]]): Kind<T> {
  const wanted = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return { parse: (value) => words.find((word) => word === value), wanted };
}

/** What stands in keys as it is. */
export const prefixText: Kind<string> = {
  parse: (value) => (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined),
  wanted: 'at most 64 letters, digits, dots, dashes and underscores',
};

/** `dataroom,tenant` in the environment. */
export const scopeNames: Kind<readonly string[]> = {
  parse(value) {
    const names: unknown = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
    const are = Array.isArray(names) && names.every((name) => typeof name === 'string' && /^[\w.-]+$/.test(name));
    return are ? (names as string[]) : undefined;
  },
  wanted: 'names of scopes, separated by commas',
};

/** Ten years: beyond that a number is a mistake, milliseconds for instance. */
const longestMs = 10 * 365 * 86_400_000;

function wholeNumberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) > 0 ? (number as number) : undefined;
}

function zeroOf(value: unknown): 0 | undefined {
  return value === 0 || value === '0' ? 0 : undefined;
}

function secondsOf(value: unknown): number | undefined {
  return durationOf(wholeNumberOf(value));
}

function durationOf(value: unknown): number | undefined {
  const ms = millisecondsOf(value);
  return ms !== undefined && ms > 0 && ms <= longestMs ? ms : undefined;
}
