import type { Clock } from '../coherence/clock.js';

/** How many changes a minute are said as they happen. */
const mostSaid = 6;
const minuteMs = 60_000;

interface Sayings {
  readonly change: (state: boolean) => void;
  /** In place of so many changes, after which the state is this. */
  readonly summary: (changes: number, state: boolean) => void;
}

/** Says each change of a state once. Of one that comes and goes too often it says at the end of the minute how often that was. */
export class StateLog {
  readonly #clock: Clock;
  readonly #say: Sayings;
  #state: boolean | undefined;
  #minuteEndsAt = -Infinity;
  #said = 0;
  #unsaid = 0;

  constructor(clock: Clock, say: Sayings) {
    this.#clock = clock;
    this.#say = say;
  }

  changed(state: boolean): void {
    if (state === this.#state) return;
    const now = this.#clock.now();
    if (now >= this.#minuteEndsAt) this.#begin(now);
    this.#state = state;
    if (this.#said < mostSaid) {
      this.#said++;
      return this.#say.change(state);
    }
    if (this.#unsaid === 0) this.#clock.after(this.#minuteEndsAt - now, () => this.#summarise());
    this.#unsaid++;
  }

  #begin(now: number): void {
    this.#summarise(); // if its time has come, and its timer is late
    this.#minuteEndsAt = now + minuteMs;
    this.#said = 0;
  }

  #summarise(): void {
    const changes = this.#unsaid;
    this.#unsaid = 0;
    if (changes > 0) this.#say.summary(changes, this.#state === true);
  }
}
