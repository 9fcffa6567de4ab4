import type { Hold, Locks } from './locks.js';

/** Locks whose keeper is opened for the first that is asked for: who caches nothing connects to Redis only when he must. */
export class LateLocks implements Locks {
  readonly #open: () => Promise<Locks>;
  #opened: Promise<Locks> | undefined;

  constructor(open: () => Promise<Locks>) {
    this.#open = open;
  }

  async take(name: string, ttlMs: number): Promise<Hold | undefined> {
    this.#opened ??= this.#open();
    return (await this.#opened).take(name, ttlMs);
  }
}
