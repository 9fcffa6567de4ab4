/**
 * The bytes a value is written with; `FORMAT` in envelope.ts changes with their meaning. From `SMALL` on a byte is the whole
 * number it stands for, from `SHORT` on a narrow text of that length.
 */
export const Sign = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** Zigzag, seven bits a byte. */
  integer: 4,
  double: 5,
  /** Length, then one byte a character, kept with all the others in one piece. */
  narrow: 6,
  /** The same with two bytes a character: it also holds the half of a surrogate pair. */
  wide: 7,
  bigint: 8,
  /** An object that was met before, by its number. */
  again: 9,
  object: 10,
  array: 11,
  /** Length, then index and element of what is there. */
  sparse: 12,
  date: 13,
  map: 14,
  set: 15,
  regexp: 16,
  url: 17,
  error: 18,
  box: 19,
  bytes: 20,
  view: 21,
  buffer: 22,
  /** A built-in, then the prototype and the properties that its constructor would not give it. */
  adorned: 23,
  registeredSymbol: 24,
  wellKnownSymbol: 25,
  /** An object whose class gives it accessors of its own. */
  fitted: 26,
  /** A prototype, and the plain data that its class makes an instance of. */
  crafted: 27,
} as const;

export const SMALL = 0x40;
export const SHORT = 0x80;

/** Deeper values are refused before they come here; hostile bytes are not. */
export const DEEPEST = 600;

/** Objects with more names than this are tables, of which hardly two have the same. They share no shape. */
export const MOST_SHARED = 64;

/** A sparse array of at least this length is never laid out in memory: two bytes could ask for gigabytes. */
export const LONGEST_LAID_OUT = 1024;
