import type { Clock } from '../../coherence/clock.js';
import { CacheError } from '../errors.js';
import type { Hold } from './locks.js';

export interface UpkeepParts {
  readonly hold: Hold;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** Before the request for it was sent. */
  readonly askedAt: number;
}

/** Its holder believes in a hold for this part of its time: clocks differ, and whoever is told to stop needs a moment. */
const believed = 0.9;
const extendedAfter = 1 / 3;
const retriedAfter = 1 / 10;

/** Extends a hold while work is done under it, and tells the work when it is lost. (I14) */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #loss = new AbortController();
  #endsAt: number;
  #over = false;
  #cancelEnd = nothing;
  #cancelNext = nothing;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#endsAt = this.#trust(parts.askedAt);
    this.#extendAfter(extendedAfter);
  }

  get signal(): AbortSignal {
    return this.#loss.signal;
  }

  /** The work is done. */
  async end(): Promise<void> {
    this.#stop();
    try {
      await this.#parts.hold.release();
    } catch {
      // Then it ends with its time.
    }
  }

  async #extend(): Promise<void> {
    const { hold, clock, ttlMs } = this.#parts;
    const askedAt = clock.now();
    const extended = await hold.extend(ttlMs).catch(() => 'unknown' as const);
    if (this.#over) return;
    // Also after a standstill, when what should have said so has not had its turn yet.
    if (extended === false || clock.now() >= this.#endsAt) return this.#lose();
    if (extended === true) this.#endsAt = this.#trust(askedAt);
    this.#extendAfter(extended === true ? extendedAfter : retriedAfter);
  }

  /** Until when a hold is believed in that was asked for at `askedAt`. */
  #trust(askedAt: number): number {
    const { clock, ttlMs } = this.#parts;
    const endsAt = askedAt + ttlMs * believed;
    this.#cancelEnd();
    this.#cancelEnd = clock.after(endsAt - clock.now(), () => this.#lose());
    return endsAt;
  }

  #extendAfter(part: number): void {
    this.#cancelNext = this.#parts.clock.after(this.#parts.ttlMs * part, () => void this.#extend());
  }

  #lose(): void {
    this.#stop();
    const advice = 'Stop what needs it; somebody else may hold it by now.';
    this.#loss.abort(new CacheError('CACHE_LOCK_LOST', `a lock could not be extended in time. ${advice}`));
  }

  #stop(): void {
    this.#over = true;
    this.#cancelEnd();
    this.#cancelNext();
  }
}

function nothing(): void {}
