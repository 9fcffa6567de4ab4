import { admit, freeze } from './copy/copy.js';
import type { Kept } from './entry.js';
import type { Found } from './store.js';

/** `clone`: everybody gets a copy of his own. `freeze`: everybody gets the same, deeply frozen. */
export type CopyMode = 'clone' | 'freeze';

/** Takes a value in. What the loader returned stays its own: also a frozen value is a frozen copy. Throws Uncopyable. */
export function keep<T>(value: T, mode: CopyMode): Kept<T> {
  const copied = admit(value);
  return mode === 'clone' ? copied : freeze(copied.give());
}

/** Takes in what another process has kept: it is looked at when somebody asks for it again, and many never are. */
export function receive<T>(found: Found, mode: CopyMode): Kept<T> {
  return new Received(found, mode);
}

class Received<T> implements Kept<T> {
  readonly weight: number;
  readonly #found: Found;
  readonly #mode: CopyMode;
  #given = false;
  #kept: Kept<T> | undefined;

  constructor(found: Found, mode: CopyMode) {
    this.weight = found.weight;
    this.#found = found;
    this.#mode = mode;
  }

  get held(): T {
    return this.#looked.held;
  }

  give(): T {
    // The first copy is as good as any.
    if (this.#kept === undefined && this.#mode === 'clone' && !this.#given) {
      this.#given = true;
      return this.#found.value() as T;
    }
    return this.#looked.give();
  }

  get #looked(): Kept<T> {
    return (this.#kept ??= keep(this.#found.value() as T, this.#mode));
  }
}
