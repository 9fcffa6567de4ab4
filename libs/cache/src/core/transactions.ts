import type { Reach } from '../coherence/registrar.js';
import type { Tag } from '../coherence/tag.js';
import { tagOfKey } from './entry.js';
import type { Frames } from './frame.js';
import { Transaction, type Chronicle, type Put } from './transaction.js';

/** All transactions of one cache, and the way a change finds the one that it belongs to. */
export class Transactions {
  readonly #chronicle: Chronicle;
  readonly #frames: Frames;
  /** Those that span several statements. Weak, because a lost connection never says that its transaction has ended. */
  readonly #begun = new Set<WeakRef<Transaction>>();

  constructor(chronicle: Chronicle, frames: Frames) {
    this.#chronicle = chronicle;
    this.#frames = frames;
  }

  begin(): Transaction {
    for (const weak of this.#begun) if (!weak.deref()?.open) this.#begun.delete(weak);
    const transaction = this.single();
    this.#begun.add(new WeakRef(transaction));
    return transaction;
  }

  /** The transaction of one statement, or of one change. */
  single(): Transaction {
    return new Transaction(this.#chronicle);
  }

  /** Calls made by `work` belong to the transaction until it ends. */
  run<T>(transaction: Transaction, work: () => T): T {
    transaction.framed = true;
    return this.#frames.withTransaction(transaction, work);
  }

  /** The transaction that the calling code runs in. */
  get current(): Transaction | undefined {
    return this.#frames.transaction;
  }

  /** These tags change: with the transaction around the call, else now. */
  async change(tags: Iterable<Tag>): Promise<void> {
    await this.#change(tags);
  }

  /** A change that is done when no instance answers from before it, not even out of step for as long as `fallbackMs`. (I27) */
  async revoke(tags: Iterable<Tag>, fallbackMs: number): Promise<Reach | undefined> {
    const reach = await this.#change(tags);
    // What is answered out of step was true when the fence stood, at the latest, and is too old by then.
    if (reach !== undefined) await this.#chronicle.registrar.outlast(fallbackMs);
    return reach;
  }

  /** Who knows of it by now; undefined if it waits for a commit. */
  async #change(tags: Iterable<Tag>): Promise<Reach | undefined> {
    const changed = new Set(tags);
    if (changed.size === 0) return undefined;
    const current = this.current;
    current?.touch(changed);
    if (current !== undefined && !current.escaped) return undefined;
    // The call may belong to a transaction driven by hand; too much is invalidated then, but nothing is missed.
    for (const weak of this.#begun) {
      const transaction = weak.deref();
      if (transaction?.open && !transaction.framed) transaction.touch(changed);
    }
    const alone = this.single();
    alone.touch(changed);
    await alone.fence();
    await alone.settle('committed');
    return alone.reach;
  }

  /** Kept when the transaction around the call has committed, else now; all at one position. Undefined: the key has changed. */
  async put(puts: ReadonlyMap<string, Put | undefined>): Promise<void> {
    if (puts.size === 0) return;
    const transaction = this.current ?? this.single();
    // First: what one of them touches must not void another.
    transaction.touch([...puts.keys()].map(tagOfKey));
    for (const [key, put] of puts) if (put !== undefined) transaction.put(key, put);
    if (transaction === this.current) return;
    await transaction.fence();
    await transaction.settle('committed');
  }

  /** Fenced while `work` runs, changed if it succeeds: for writes that no transaction announces. */
  async around<T>(tags: readonly Tag[], work: () => Promise<T>): Promise<T> {
    const write = this.single();
    write.touch(tags);
    await write.fence();
    try {
      const result = await work();
      await write.settle('committed');
      return result;
    } catch (error) {
      await write.settle('rolled back');
      throw error;
    }
  }
}
