/** Compares what a codec gives back with what it was given. */
import { difference } from '../core/fidelity.js';
import { kept } from '../core/fidelity-cases.js';
import { classesIn, codecOf, draftOf } from './codecs.js';

/** Where a value differs from what another process would read of it. */
export function changeOf(value: unknown, keys?: readonly Buffer[]): string | undefined {
  const classes = classesIn(value);
  const { codec, refused, damaged } = codecOf({ classes, keys });
  const bytes = codec.write('k', draftOf(value));
  if (bytes === undefined) return `refused: ${refused[0]?.what}`;
  const copy = codecOf({ classes, keys }).codec.read('k', bytes) ?? codec.read('k', bytes);
  if (copy === undefined) return `damaged: ${damaged[0]?.what}`;
  const [first, second] = [copy.value(), copy.value()];
  return difference(value, first) ?? difference(first, second) ?? difference(value, second);
}

const numbers = Array.from({ length: 40 }, (_, at) => at / 2);
const table = (): object => ({
  ...Object.fromEntries(numbers.flatMap((_, at) => [`${at}`, `name ${at}`].map((name) => [name, { at }]))),
  last: new Map(),
});

/** What is written in one way when it is short and in another when it is long. */
const further: Readonly<Record<string, () => unknown>> = {
  'an array with a hole and as many other properties': () => Object.assign(arrayOf(2), { 1: 'b', total: 2 }),
  'a long array with properties': () => Object.assign([...numbers], { total: 2, [Symbol.for('page')]: 1 }),
  'a long array with a hole at its end': () => Object.assign(arrayOf(41), numbers),
  'a long array of nothing': () => numbers.map(() => undefined),
  'tables with many names, twice the same': () => [table(), table()],
  'objects alike but for their prototypes': () => [{ a: 1 }, Object.assign(Object.create(null), { a: 1 }), { a: -0 }],
  'numbers around the ends of their forms': () => [63, 64, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 0.1],
  'texts around the ends of their forms': () =>
    [127, 128, 129].flatMap((length) => ['é'.repeat(length), 'ё'.repeat(length)]),
  'large numbers': () => [2n ** 200n, -(2n ** 200n), 0n, -1n],
};

function arrayOf(length: number): unknown[] {
  const array: unknown[] = [];
  array.length = length;
  return array;
}

/** Everything that is not as it should be. */
export function complaints(): string[] {
  return Object.entries({ ...kept, ...further }).flatMap(([name, make]) => {
    const change = changeOf(make());
    return change === undefined ? [] : [`${name}: ${change}`];
  });
}
