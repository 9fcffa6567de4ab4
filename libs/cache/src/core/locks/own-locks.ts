import type { Clock } from '../../coherence/clock.js';
import type { Hold, Locks } from './locks.js';

interface Held {
  readonly token: number;
  endsAt: number;
}

/** The locks of a process that shares them with no other. */
export class OwnLocks implements Locks {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  #lastToken: number;

  /** `above`: tokens are greater. What a resource remembers outlives the process, so the next one should begin above it. */
  constructor(clock: Clock, above = 0) {
    this.#clock = clock;
    this.#lastToken = above;
  }

  async take(name: string, ttlMs: number): Promise<Hold | undefined> {
    const now = this.#clock.now();
    const other = this.#held.get(name);
    if (other !== undefined && now < other.endsAt) return undefined;
    const own: Held = { token: ++this.#lastToken, endsAt: now + ttlMs };
    this.#held.set(name, own);
    return {
      token: own.token,
      extend: async (forMs) => this.#extend(name, own, forMs),
      release: async () => {
        if (this.#held.get(name) === own) this.#held.delete(name);
      },
    };
  }

  #extend(name: string, own: Held, ttlMs: number): boolean {
    const now = this.#clock.now();
    if (this.#held.get(name) !== own || now >= own.endsAt) return false;
    own.endsAt = now + ttlMs;
    return true;
  }
}
