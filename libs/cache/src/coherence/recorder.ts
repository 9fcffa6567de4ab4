import type { Clock } from './clock.js';
import type { Settlement, Standing } from './coordinator.js';
import { inTime } from './in-time.js';
import type { Terms } from './lease.js';
import type { OutageRecord } from './record.js';

const retryMs = 500;

/** The side of the outage record that writes: enters what could not be fenced, and settles it when the outcome is known. (I24) */
export class Recorder {
  readonly #record: OutageRecord;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #fault: (during: string, error: unknown) => void;
  /** Those too whose entry was not answered: it may have been made, or still be. */
  readonly #entered = new Set<string>();

  constructor(parts: {
    readonly record: OutageRecord;
    readonly clock: Clock;
    readonly terms: Terms;
    readonly fault: (during: string, error: unknown) => void;
  }) {
    this.#record = parts.record;
    this.#clock = parts.clock;
    this.#patienceMs = parts.terms.leaseMs;
    this.#fault = parts.fault;
  }

  get records(): boolean {
    return this.#record.kept;
  }

  /** Done when everybody can see it, or when that has taken too long: a commit waits. Can everybody see it? */
  async enter(standing: Standing): Promise<boolean> {
    if (!this.#record.kept) return false;
    this.#entered.add(standing.fence);
    try {
      await inTime(this.#record.enter(standing), this.#clock, this.#patienceMs);
      return true;
    } catch (error) {
      this.#fault('entering the outage record', error);
      return false;
    }
  }

  /** Nobody waits for it: until it is done the fence stands. */
  settle(settlement: Settlement): void {
    if (this.#entered.delete(settlement.fence)) void this.#insist(settlement);
  }

  async #insist(settlement: Settlement): Promise<void> {
    for (let failed = false; ; failed = true) {
      try {
        return await this.#record.settle(settlement);
      } catch (error) {
        if (!failed) this.#fault('settling in the outage record', error);
      }
      await new Promise<void>((resolve) => void this.#clock.after(retryMs, resolve));
    }
  }
}
