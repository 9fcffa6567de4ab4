import { unheardOf, type Fence, type Reach, type Registrar } from '../coherence/registrar.js';
import { Claim, type Replica, type Stamp } from '../coherence/replica.js';
import { changedWith, everything, type Tag } from '../coherence/tag.js';
import type { Tell } from './events.js';

const mostTags = 10_000;

/** What became of a transaction. `unknown`: COMMIT was sent and nobody can say whether it arrived. */
export type Outcome = 'committed' | 'rolled back' | 'unknown';

/** A value to be kept once the transaction has committed. */
export interface Put {
  readonly watched: readonly Tag[];
  keep(stamp: Stamp): void;
}

export interface Chronicle {
  readonly registrar: Registrar;
  readonly replica: Replica;
  readonly tell: Tell;
}

/**
 * The write path: what one transaction touches, and what is told about it when.
 *
 *   open ──touch, put──▶ open ──fence──▶ fenced ──COMMIT, ROLLBACK──▶ settled
 *
 * (I6) The fence stands before COMMIT is sent.
 * (I7) It is settled after the outcome and never before: an unknown one keeps it standing until the database has decided.
 * (I8) After a rollback nothing changed, unless something was written in its name on another connection.
 */
export class Transaction {
  readonly #chronicle: Chronicle;
  readonly #tags = new Set<Tag>();
  readonly #guards = new Set<Tag>();
  /** With the list as it stood at the put: what others have changed since is not in the value. */
  readonly #puts = new Map<string, Put & { readonly stamp: Stamp }>();
  readonly #fences: Fence[] = [];
  readonly #fenced = new Set<Tag>();
  #open = true;
  #escaped = false;
  #doubtful = false;
  /** Its calls find it through their frame; one that is driven by hand has no frame. */
  framed = false;

  constructor(chronicle: Chronicle) {
    this.#chronicle = chronicle;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Something was written on another connection while this was open: its tags cannot wait for this outcome. */
  get escaped(): boolean {
    return this.#escaped;
  }

  /** Who knows of what was fenced first: of everything, if nothing was touched since. */
  get reach(): Reach {
    return this.#fences[0]?.reach ?? unheardOf;
  }

  /** What was put under one of these tags before is no longer true. */
  touch(tags: Iterable<Tag>): void {
    // A transaction that nobody ends, or one that touches a whole archive, is cheaper to remember as a change to everything.
    if (this.#tags.size > mostTags) {
      this.#tags.clear();
      this.#tags.add(everything);
      this.#puts.clear();
    }
    const everythingChanged = this.#tags.has(everything);
    for (const tag of [...tags].flatMap(changedWith)) {
      if (!everythingChanged) this.#tags.add(tag);
      for (const [key, { watched }] of this.#puts) if (watched.includes(tag)) this.#puts.delete(key);
    }
  }

  /** Fenced along, but not changed: the family of a row whose name is known only after it was written. */
  guard(tags: Iterable<Tag>): void {
    for (const tag of [...tags].flatMap(changedWith)) this.#guards.add(tag);
  }

  /** The row will not be named: all that was guarded for it has changed. */
  widen(): void {
    this.touch(this.#guards);
  }

  put(key: string, put: Put): void {
    this.#puts.set(key, { ...put, stamp: this.#chronicle.replica.stamp });
  }

  escape(): void {
    this.#escaped = true;
  }

  /** A statement failed and the transaction went on: COMMIT may answer by rolling back, so nothing may be put. */
  doubt(): void {
    this.#doubtful = true;
  }

  /** A transaction that touches nothing pays nothing; and no fault here keeps the data from being saved. */
  async fence(ref?: string): Promise<void> {
    const { registrar, tell } = this.#chronicle;
    try {
      // More may be touched while a fence is being raised.
      for (let tags = this.#unfenced(); tags.length > 0; tags = this.#unfenced()) {
        this.#fences.push(await registrar.fence(tags, ref));
        for (const tag of tags) this.#fenced.add(tag);
      }
    } catch (error) {
      tell({ kind: 'fault', during: 'fence', error });
    }
  }

  #unfenced(): Tag[] {
    return [...new Set([...this.#tags, ...this.#guards])].filter((tag) => !this.#fenced.has(tag));
  }

  /** `decided` resolves when an unknown outcome has become one, whichever it is. */
  async settle(outcome: Outcome, decided?: Promise<void>): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (outcome !== 'unknown') return this.#lift(outcome);
    // The caller has its error by now; these tags are answered from the database until it has made up its mind.
    void Promise.resolve(decided).then(() => this.#lift(outcome));
  }

  async #lift(outcome: Outcome): Promise<void> {
    const changed = outcome === 'rolled back' && !this.#escaped ? [] : [...this.#tags];
    if (this.#fences.length === 0 && changed.length === 0) return;
    const { registrar, replica, tell } = this.#chronicle;
    try {
      // Changed and yet not fenced: rolled back after an escape, or the fence could not be raised.
      const [fence = await registrar.fence(changed), ...further] = this.#fences;
      const puts = outcome === 'committed' && !this.#doubtful ? [...this.#puts.values()] : [];
      // Judged as the settle enters the list: before, others may still change something; after, it has overwritten when
      // these tags last changed. (I10)
      const keepUndisturbed = (stamp: Stamp) => {
        for (const put of puts) {
          if (replica.vouchesApartFrom(fence.id, new Claim(put.stamp, put.watched))) put.keep(stamp);
        }
      };
      await registrar.settle(fence, changed, puts.length > 0 ? keepUndisturbed : undefined);
      for (const other of further) await registrar.settle(other, []);
    } catch (error) {
      tell({ kind: 'fault', during: 'settle', error });
    }
  }
}
