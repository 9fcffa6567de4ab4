import type { Clock } from '../../coherence/clock.js';
import type { Entering, Fence, Registrar } from '../../coherence/registrar.js';
import type { Tag } from '../../coherence/tag.js';
import type { Counts } from './counts.js';

/** Counts what becomes of transactions, and how long their commits wait until every instance has heard of them. */
export class TimedRegistrar implements Registrar {
  readonly #registrar: Registrar;
  readonly #clock: Clock;
  readonly #counts: Counts;

  constructor(registrar: Registrar, clock: Clock, counts: Counts) {
    this.#registrar = registrar;
    this.#clock = clock;
    this.#counts = counts;
  }

  async fence(tags: readonly Tag[], ref?: string): Promise<Fence> {
    const askedAt = this.#clock.now();
    try {
      return await this.#registrar.fence(tags, ref);
    } finally {
      this.#counts.commitWaits.add(this.#clock.now() - askedAt);
    }
  }

  settle(fence: Fence, changed: readonly Tag[], entering?: Entering): Promise<void> {
    if (changed.length > 0) this.#counts.committed++;
    else this.#counts.rolledBack++;
    return this.#registrar.settle(fence, changed, entering);
  }

  outlast(ms: number): Promise<void> {
    return this.#registrar.outlast(ms);
  }
}
