/** Argument lists by the million, faster than fast-check makes them; full of texts that look like something else. */
import type { Dice } from '../support/data-room-dice.js';
import { encodeArguments } from '../../libs/cache/src/core/argument.js';

// Å and ﬁ in each of their normalisation forms, and halves of a pair of surrogates among them.
const texts =
  `|a|b|A|1|01|-0|1n|12n|1.0|1e21|1e+21|NaN|Infinity|true|false|null|undefined|[]|{}|[1]|{a=1}|a=1|~1|#|a,b|a","b|a','b` +
  `|["a"]|"a"|'a'|Map(a=1)|Set(1)|Date(NaN)|1970-01-01T00:00:00.000Z|/a/g|http://a/|YQ|a:b|a%2Cb|a*| |a |\n|\0|a\0|\\|\\n` +
  `|\u2028|\u00c5|A\u030a|\u212b|\ufb01|fi|\ud800|\udc00|\udc00\ud800|😀|\ufffd|\ufeff|__proto__|constructor|toString`;
const wordy = texts.split('|');
const pieces = [
  ...Array.from('aA1n0,:"\'[]{}()=~#\\%*-. \n\0é|/@_'),
  '\ud800',
  '\udc00',
  '\u0301',
  'undefined',
  '","',
  "','",
];
const numbers = [0, -0, 1, -1, 12, 1.5, 1e21, 1e-7, 2 ** 53, 2 ** 53 - 1, 0.1 + 0.2, 0.3, 5e-324, NaN, 1 / 0, -1 / 0];
const lengths = [33, 34, 197, 198, 199, 200, 201];

/** Anything that can be encoded. */
export function valueOf(dice: Dice, depth = 3): unknown {
  const kind = dice.below(depth === 0 ? 12 : 20);
  if (kind < 6) return textOf(dice, depth);
  if (kind < 9) return dice.pick(numbers);
  if (kind < 10) return dice.pick([true, false, null, undefined]);
  if (kind < 11) return dice.pick([0n, 1n, -1n, 12n, 2n ** 64n, 2n ** 53n]);
  if (kind < 12) return builtinOf(dice);
  const some = (): unknown[] => Array.from({ length: dice.below(4) }, () => valueOf(dice, depth - 1));
  if (kind < 15) return dice.below(4) === 0 ? holed(some(), dice) : some();
  if (kind < 18) return Object.fromEntries(some().map((item) => [textOf(dice, 0), item]));
  return kind < 19 ? new Map(some().map((item) => [valueOf(dice, depth - 1), item])) : new Set(some());
}

export function argumentsOf(dice: Dice): unknown[] {
  return Array.from({ length: dice.below(10) === 0 ? 0 : 1 + dice.below(3) }, () => valueOf(dice));
}

function textOf(dice: Dice, depth: number): string {
  const kind = dice.below(24);
  if (kind < 14) return dice.pick(wordy);
  if (kind < 21) return Array.from({ length: dice.below(5) }, () => dice.pick(pieces)).join('');
  if (kind < 22) return dice.pick(['x', 'x', 'é', '"', '\ud800']).repeat(dice.pick(lengths));
  // What other arguments would be encoded as: the text most likely to be taken for them.
  return encodeArguments(kind < 23 ? [valueOf(dice, Math.max(depth - 1, 0))] : ['a', dice.pick(wordy)]);
}

export function piece(dice: Dice): string {
  return dice.pick(pieces);
}

export function holed(items: readonly unknown[], dice: Dice): unknown[] {
  const array = items.slice();
  if (array.length === 0) array.length = 1 + dice.below(2);
  else Reflect.deleteProperty(array, dice.below(array.length));
  return array;
}

const views: readonly (new (memory: ArrayBuffer) => object)[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  DataView,
];

/** The same bytes as something else. */
export function viewOf(dice: Dice, content: Uint8Array): object {
  const kind = dice.below(views.length + 2);
  if (kind === views.length) return Buffer.from(content);
  const { buffer } = new Uint8Array(content);
  if (kind > views.length) return buffer;
  const View = views[kind] as new (memory: ArrayBuffer) => object;
  return new View(content.length % 2 === 0 ? buffer : buffer.slice(0, content.length - 1));
}

function builtinOf(dice: Dice): object {
  switch (dice.below(5)) {
    case 0:
    case 1:
      return new Date(dice.pick([0, 1, 12, -1, 8.64e15, NaN]));
    case 2:
      return new RegExp(dice.pick(['a', 'a,g', ' ', '/', '"', 'é']), dice.pick(['', 'g', 'y', 'gi']));
    case 3:
      return new URL(dice.pick(['http://a/', 'http://a/b,c', 'http://a/?b=%20', 'urn:a']));
    default:
      return viewOf(
        dice,
        Uint8Array.from({ length: dice.below(4) }, () => dice.pick([0, 1, 97, 255])),
      );
  }
}
