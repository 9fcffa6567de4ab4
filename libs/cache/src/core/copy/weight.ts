/** Estimated bytes a kept value takes in V8's heap and, for buffers, outside of it (64 bit, no pointer compression). */

const WORD = 8;
const HEADER = 3 * WORD;
const LARGEST_SMALL_INTEGER = 2 ** 31 - 1;
const TWO_BYTE = /[^\0-\xff]/;

/** The holder and its recipe; what the store adds for each entry is the store's to know. */
export const HOLDER = 440;

/** What an object of this kind takes before its members. */
export const SHELL = {
  plain: HEADER + WORD,
  instance: HEADER + 4 * WORD,
  // its hidden state, and the plain data it is made of again
  crafted: HEADER + 16 * WORD,
  array: HEADER + 3 * WORD,
  map: HEADER + 14 * WORD,
  set: HEADER + 12 * WORD,
  date: 14 * WORD,
  regexp: 12 * WORD,
  url: 28 * WORD,
  error: 75 * WORD,
  box: 4 * WORD,
  bytes: 35 * WORD,
  view: 35 * WORD,
  buffer: 30 * WORD,
} as const;

/** What one more member takes, without the value it points to. */
export const MEMBER = { property: WORD, element: WORD, mapEntry: 5 * WORD, setEntry: 4 * WORD } as const;

const inWords = (bytes: number): number => Math.ceil(bytes / WORD) * WORD;

export function stringWeight(text: string): number {
  return 2 * WORD + inWords(TWO_BYTE.test(text) ? 2 * text.length : text.length);
}

/** Of a fraction in an object of its own. Some arrays hold fractions without: they weigh less than estimated, never more. */
export function numberWeight(value: number): number {
  const small = Number.isInteger(value) && Math.abs(value) <= LARGEST_SMALL_INTEGER && !Object.is(value, -0);
  return small ? 0 : 2 * WORD;
}

export function bigintWeight(value: bigint): number {
  return 2 * WORD + inWords(value.toString(16).length / 2);
}
