import type { Shelved } from './shelved.js';

/** What one scope holds of the memory: its entries, from the oldest to the newest. */
export class Share {
  bytes = 0;
  entries = 0;
  /** More than its scope may hold of a full memory. */
  excessive = false;
  #oldest: Shelved | undefined;
  #newest: Shelved | undefined;

  add(shelved: Shelved): void {
    this.bytes += shelved.weight;
    this.entries++;
    this.#append(shelved);
  }

  remove(shelved: Shelved): void {
    this.bytes -= shelved.weight;
    this.entries--;
    this.#unlink(shelved);
  }

  /** The oldest that has answered nobody since it was last looked at here: a hit need not keep an order for this. */
  get idlest(): Shelved | undefined {
    for (let shelved = this.#oldest; shelved?.used; shelved = this.#oldest) {
      shelved.used = false;
      this.#unlink(shelved);
      this.#append(shelved);
    }
    return this.#oldest;
  }

  #append(shelved: Shelved): void {
    shelved.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = shelved;
    else this.#newest.newer = shelved;
    this.#newest = shelved;
  }

  #unlink(shelved: Shelved): void {
    const { older, newer } = shelved;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    shelved.older = shelved.newer = undefined;
  }
}
