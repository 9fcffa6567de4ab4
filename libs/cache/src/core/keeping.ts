import { admit, freeze } from './copy/copy.js';
import type { Customs } from './copy/survey.js';
import type { Kept } from './entry.js';
import type { Found } from './store.js';

/** `clone`: everybody gets a copy of his own. `freeze`: everybody gets the same, deeply frozen. */
export type CopyMode = 'clone' | 'freeze';

/** Takes values in, with what the application has said of its classes. */
export class Keeper {
  readonly #customs: Customs;

  constructor(customs: Customs) {
    this.#customs = customs;
  }

  /** What the loader returned stays its own: also a frozen value is a frozen copy. Throws Uncopyable. */
  keep<T>(value: T, mode: CopyMode): Kept<T> {
    const copied = admit(value, this.#customs);
    return mode === 'clone' ? copied : freeze(copied.give(), this.#customs);
  }

  /** What another process has kept is looked at when somebody asks for it again, and many never are. */
  receive<T>(found: Found, mode: CopyMode): Kept<T> {
    return new Received(found, mode, this);
  }
}

class Received<T> implements Kept<T> {
  readonly weight: number;
  readonly #found: Found;
  readonly #mode: CopyMode;
  readonly #keeper: Keeper;
  #given = false;
  #kept: Kept<T> | undefined;

  constructor(found: Found, mode: CopyMode, keeper: Keeper) {
    this.weight = found.weight;
    this.#found = found;
    this.#mode = mode;
    this.#keeper = keeper;
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
    return (this.#kept ??= this.#keeper.keep(this.#found.value() as T, this.#mode));
  }
}
