import { admit, freeze } from './copy/copy.js';
import type { Kept } from './entry.js';

/** `clone`: everybody gets a copy of his own. `freeze`: everybody gets the same, deeply frozen. */
export type CopyMode = 'clone' | 'freeze';

/** Takes a value in. What the loader returned stays its own: also a frozen value is a frozen copy. Throws Uncopyable. */
export function keep<T>(value: T, mode: CopyMode): Kept<T> {
  const copied = admit(value);
  return mode === 'clone' ? copied : freeze(copied.give());
}
