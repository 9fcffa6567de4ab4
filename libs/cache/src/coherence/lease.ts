import type { Clock } from './clock.js';

/** The right to answer from memory. An instance without one is blind and knows it. */
export interface Lease {
  readonly held: boolean;
  /** The instant at which the latest one is over, or was given up. */
  readonly until: number;
}

/** The lease of an instance that shares its list with nobody: there is no news it could miss. */
export const forever: Lease = { held: true, until: Infinity };

/** How long things last between instances. All clocks must run at the same rate to within `drift`; nothing else is asked of them. */
export interface Terms {
  /** A lease lasts this long from the sending of the request for it. */
  readonly leaseMs: number;
  /** Others wait longer than that by this part, because their clock may run faster. */
  readonly drift: number;
  /** How long an instance may be silent, or behind, before others act. */
  readonly graceMs: number;
}

export const usualTerms: Terms = Object.freeze({ leaseMs: 1_000, drift: 0.1, graceMs: 200 });

/** After this long, on anybody's clock, a lease granted before is over. */
export function outlasting({ leaseMs, drift }: Terms): number {
  return leaseMs * (1 + drift);
}

/**
 * A lease that has to be renewed.
 *
 * (I14) Its term counts from before the request was sent, so its holder never believes in it longer than its giver does.
 */
export class TermLease implements Lease {
  readonly #clock: Clock;
  readonly #termMs: number;
  #until = -Infinity;

  constructor(clock: Clock, termMs: number) {
    this.#clock = clock;
    this.#termMs = termMs;
  }

  get held(): boolean {
    return this.#clock.now() < this.#until;
  }

  get until(): number {
    return this.#until;
  }

  /** Granted in answer to a request sent at `sentAt`. One that is over when it arrives is none. */
  extend(sentAt: number): void {
    this.#until = Math.max(this.#until, sentAt + this.#termMs);
  }

  lapse(): void {
    this.#until = Math.min(this.#until, this.#clock.now());
  }
}
