import type { Clock } from '../../coherence/clock.js';

/** A clock that was set differs by more than the two drift apart in a while. */
const setMs = 1_000;

/** The cache counts time from nowhere in particular; here it becomes what people call it: milliseconds since 1970. */
export class Calendar {
  readonly #clock: Clock;
  readonly #today: () => number;
  #offsetMs: number;

  constructor(clock: Clock, today: () => number = () => Date.now()) {
    this.#clock = clock;
    this.#today = today;
    this.#offsetMs = today() - clock.now();
  }

  get now(): number {
    return this.dateOf(this.#clock.now());
  }

  /** The same instant has the same name each time, unless somebody has set the clock on the wall. */
  readonly dateOf = (instant: number): number => {
    const offsetMs = this.#today() - this.#clock.now();
    if (Math.abs(offsetMs - this.#offsetMs) > setMs) this.#offsetMs = offsetMs;
    return Math.round(instant + this.#offsetMs);
  };
}
