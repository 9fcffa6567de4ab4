import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Ahead } from './ahead/ahead.js';
import type { Load } from './load.js';
import type { Surroundings } from './scope.js';
import type { Transaction } from './transaction.js';

/** What surrounds a call: the load that it serves, the transaction that it belongs to, on whose behalf it is made. */
interface Frame {
  readonly load: Load | undefined;
  readonly transaction: Transaction | undefined;
  readonly surroundings: Surroundings | undefined;
  /** Its source is being asked what it would give without a cache. */
  readonly afresh?: boolean;
  /** No reader waits for it. */
  readonly ahead?: Ahead | undefined;
}

/** One cache's ambient frames. Each cache has its own, so that two applications in one process never see each other's. */
export class Frames {
  readonly #storage = new AsyncLocalStorage<Frame>();
  readonly #outside = new AsyncResource('DataRoomCache');

  /** Whoever outlives the load that it was started in is a caller like any other. */
  get load(): Load | undefined {
    let load = this.#storage.getStore()?.load;
    while (load !== undefined && !load.open) load = load.outer;
    return load;
  }

  /** An ended transaction surrounds nothing: whoever outlived it is on its own. */
  get transaction(): Transaction | undefined {
    const transaction = this.#storage.getStore()?.transaction;
    return transaction?.open ? transaction : undefined;
  }

  /** Is whatever is read here asked of its source, as it is within a transaction? */
  get bypassing(): boolean {
    const frame = this.#storage.getStore();
    return frame !== undefined && (frame.afresh === true || frame.transaction?.open === true);
  }

  get isAfresh(): boolean {
    return this.#storage.getStore()?.afresh === true;
  }

  get surroundings(): Surroundings | undefined {
    return this.#storage.getStore()?.surroundings;
  }

  get ahead(): Ahead | undefined {
    return this.#storage.getStore()?.ahead;
  }

  /** A load stands outside every transaction: what it returns is for everybody. */
  withLoad<T>(load: Load, work: () => T): T {
    const { surroundings, ahead } = this;
    return this.#storage.run({ load, transaction: undefined, surroundings, ahead }, work);
  }

  /** A load that takes nothing from the cache, and neither does what it calls. */
  afresh<T>(load: Load, work: () => T): T {
    const { surroundings } = this;
    return this.#storage.run({ load, transaction: undefined, surroundings, afresh: true }, work);
  }

  /**
   * The work belongs to nothing that is under way, in this storage or in those of others, wherever it was begun: timers and what
   * waits in line run in the name of whoever came first.
   */
  apart<T>(on: Partial<Pick<Frame, 'surroundings' | 'ahead'>>, work: () => T): T {
    const frame = { load: undefined, transaction: undefined, surroundings: undefined, ...on };
    return this.#outside.runInAsyncScope(() => this.#storage.run(frame, work));
  }

  /** Node carries every storage that was ever used through each promise of the process, until it is disabled. */
  close(): void {
    this.#storage.disable();
  }

  withTransaction<T>(transaction: Transaction, work: () => T): T {
    const { load, surroundings, isAfresh: afresh, ahead } = this;
    return this.#storage.run({ load, transaction, surroundings, afresh, ahead }, work);
  }

  within<T>(surroundings: Surroundings, work: () => T): T {
    const { load, transaction, isAfresh: afresh, ahead } = this;
    return this.#storage.run({ load, transaction, surroundings, afresh, ahead }, work);
  }
}
