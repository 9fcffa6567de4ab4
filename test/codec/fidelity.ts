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

/** Everything that is not as it should be. */
export function complaints(): string[] {
  return Object.entries(kept).flatMap(([name, make]) => {
    const change = changeOf(make());
    return change === undefined ? [] : [`${name}: ${change}`];
  });
}
