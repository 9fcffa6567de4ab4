/** Told how a call ended: answered, be it with a refusal, or not. */
export type Outcome = (answered: boolean) => void;

const failuresToOpen = 5;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Keeps those who wait from a Redis that does not answer.
 *
 *   closed ──5 failures in a row──▶ open ──a pause, or a new connection──▶ due
 *     ▲                               │ ▲                                   │
 *     └────────────── answer ─────────┴─┼─────────────── answer ────────────┤
 *                                       └── no answer: twice the pause ─────┘
 *
 * While it is not closed one call at a time goes through, as a probe: any that nobody waits for, and when it is due one that
 * somebody waits for. All others fail at once.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  readonly #changed: (open: boolean) => void;
  #failures = 0;
  #failedAt = -Infinity;
  #pauseMs = 0;
  #dueAt: number | undefined;
  #probing = false;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number, changed: (open: boolean) => void = () => {}) {
    this.#now = now;
    this.#changed = changed;
  }

  get open(): boolean {
    return this.#dueAt !== undefined;
  }

  /** Undefined: the call must not be made. */
  begin(awaited: boolean): Outcome | undefined {
    const begunAt = this.#now();
    const isDue = this.#dueAt !== undefined && begunAt >= this.#dueAt;
    const probes = this.open;
    if (probes && (this.#probing || (awaited && !isDue))) return undefined;
    this.#probing = probes;
    return (answered) => {
      if (probes) this.#probing = false;
      if (answered) return this.#close();
      if (isDue) this.#pause();
      // Calls that were under way together fail together when a connection breaks, and that says no more than one of them does.
      if (begunAt >= this.#failedAt) this.#fail();
    };
  }

  /** There is a new connection: somebody may find out whether it is answered. */
  connected(): void {
    if (this.open) this.#dueAt = -Infinity;
  }

  #fail(): void {
    this.#failedAt = this.#now();
    this.#failures++;
    if (this.#failures >= failuresToOpen && !this.open) this.#pause();
  }

  #pause(): void {
    if (!this.open) this.#changed(true);
    this.#pauseMs = Math.min(this.#pauseMs === 0 ? firstPauseMs : 2 * this.#pauseMs, longestPauseMs);
    this.#dueAt = this.#now() + this.#pauseMs;
  }

  #close(): void {
    this.#failures = 0;
    this.#pauseMs = 0;
    if (this.open) this.#changed(false);
    this.#dueAt = undefined;
  }
}
