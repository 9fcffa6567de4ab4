import type { Clock } from './clock.js';
import type { Coordinator, Standing } from './coordinator.js';
import type { OutageRecord } from './record.js';
import type { Replica } from './replica.js';

/** Who knows what became of a transaction: the database. */
export interface Witness {
  /** Can the transaction behind a fence commit no more? Rejects when nobody can say now; `ref` is the fence's own. */
  ended(ref: string): Promise<boolean>;
}

/**
 * Settles the fences of those who died between fence and settle.
 *
 * (I22) The fence of a transaction is never settled by time alone: only when the database says that it can commit no more,
 *       and then as changed, for it may have committed. A fence around anything else has nobody who could be asked; its owner
 *       raises it again while it lives, and when that has stopped it counts as changed.
 */
export class Reaper {
  readonly #coordinator: Coordinator;
  readonly #witness: Witness;
  readonly #record: OutageRecord;
  readonly #replica: Replica;
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #fault: (during: string, error: unknown) => void;
  /** Which raising of a fence has been seen, and since when. */
  readonly #seen = new Map<string, { readonly standing: Standing; readonly since: number }>();
  #cancel: (() => void) | undefined;

  /** `afterMs`: how old a fence is before anybody wonders. */
  constructor(parts: {
    readonly coordinator: Coordinator;
    readonly witness: Witness;
    readonly record: OutageRecord;
    readonly replica: Replica;
    readonly clock: Clock;
    readonly afterMs: number;
    readonly fault: (during: string, error: unknown) => void;
  }) {
    this.#coordinator = parts.coordinator;
    this.#witness = parts.witness;
    this.#record = parts.record;
    this.#replica = parts.replica;
    this.#clock = parts.clock;
    this.#afterMs = parts.afterMs;
    this.#fault = parts.fault;
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#afterMs, () => void this.#round());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = () => {};
  }

  async #round(): Promise<void> {
    const cancel = this.#cancel;
    const now = this.#clock.now();
    const standing = [...this.#replica.standing()];
    const names = new Set(standing.map(({ fence }) => fence));
    for (const fence of this.#seen.keys()) if (!names.has(fence)) this.#seen.delete(fence);
    for (const one of standing) {
      const seen = this.#seen.get(one.fence);
      if (seen?.standing !== one) this.#seen.set(one.fence, { standing: one, since: now });
      else if (now - seen.since >= this.#afterMs) await this.#ask(one);
    }
    if (this.#cancel === cancel) this.start();
  }

  async #ask({ fence, ref, tags }: Standing): Promise<void> {
    try {
      if (ref !== '' && !(await this.#witness.ended(ref))) return;
      // First, or whoever reads an open row would raise the fence again.
      await this.#record.reap({ fence, changed: tags });
      await this.#coordinator.settle([{ fence, changed: tags }]);
    } catch (error) {
      this.#fault('asking what became of a transaction', error);
    }
  }
}
