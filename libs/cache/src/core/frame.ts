import { AsyncLocalStorage } from 'node:async_hooks';
import type { Load } from './load.js';
import type { Surroundings } from './scope.js';
import type { Transaction } from './transaction.js';

/** What surrounds a call: the load that it serves, the transaction that it belongs to, on whose behalf it is made. */
interface Frame {
  readonly load: Load | undefined;
  readonly transaction: Transaction | undefined;
  readonly surroundings: Surroundings | undefined;
}

/** One cache's ambient frames. Each cache has its own, so that two applications in one process never see each other's. */
export class Frames {
  readonly #storage = new AsyncLocalStorage<Frame>();

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

  get surroundings(): Surroundings | undefined {
    return this.#storage.getStore()?.surroundings;
  }

  /** A load stands outside every transaction: what it returns is for everybody. */
  withLoad<T>(load: Load, work: () => T): T {
    return this.#storage.run({ load, transaction: undefined, surroundings: this.surroundings }, work);
  }

  /** Node carries every storage that was ever used through each promise of the process, until it is disabled. */
  close(): void {
    this.#storage.disable();
  }

  withTransaction<T>(transaction: Transaction, work: () => T): T {
    return this.#storage.run({ load: this.load, transaction, surroundings: this.surroundings }, work);
  }

  within<T>(surroundings: Surroundings, work: () => T): T {
    return this.#storage.run({ load: this.load, transaction: this.transaction, surroundings }, work);
  }
}
