import { admit, freeze } from './copy/copy.js';
import type { Kept } from './entry.js';
import type { Copy } from './store.js';

/** `clone`: everybody gets a copy of his own. `freeze`: everybody gets the same, deeply frozen. */
export type CopyMode = 'clone' | 'freeze';

/** Takes a value in. What the loader returned stays its own: also a frozen value is a frozen copy. Throws Uncopyable. */
export function keep<T>(value: T, mode: CopyMode): Kept<T> {
  const copied = admit(value);
  return mode === 'clone' ? copied : freeze(copied.give());
}

/** Takes in what another process has kept: it is looked at when somebody asks for it again, and many never are. */
export function receive<T>(copy: Copy, mode: CopyMode): Kept<T> {
  return new Received(copy, mode);
}

class Received<T> implements Kept<T> {
  readonly weight: number;
  readonly #copy: Copy;
  readonly #mode: CopyMode;
  #given = false;
  #kept: Kept<T> | undefined;

  constructor(copy: Copy, mode: CopyMode) {
    this.weight = copy.weight;
    this.#copy = copy;
    this.#mode = mode;
  }

  get held(): T {
    return this.#looked.held;
  }

  give(): T {
    // The first copy is as good as any.
    if (this.#kept === undefined && this.#mode === 'clone' && !this.#given) {
      this.#given = true;
      return this.#copy.value() as T;
    }
    return this.#looked.give();
  }

  get #looked(): Kept<T> {
    return (this.#kept ??= keep(this.#copy.value() as T, this.#mode));
  }
}
