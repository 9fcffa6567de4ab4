import { Share } from './share.js';
import type { Shelved } from './shelved.js';

interface Most {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Who holds how much of the memory, and who makes room when it is full: the scope that holds most, if that is more than its
 * share. So whoever is within his share loses nothing to one who is beyond his, and nobody is held to it while there is room.
 * Entries of no scope have no share. Nothing is remembered of a scope that has no entries.
 */
export class Shares {
  /** What one scope may hold of a full memory. */
  readonly #most: Most;
  readonly #shares = new Map<string, Share>();
  /** Those beyond it: never more than twice as many as there are shares in the memory. */
  readonly #excessive = new Set<Share>();

  constructor(most: Most) {
    this.#most = most;
  }

  /** How many scopes have entries. */
  get size(): number {
    return this.#shares.size;
  }

  bytesOf(scope: string): number {
    return this.#shares.get(scope)?.bytes ?? 0;
  }

  add(shelved: Shelved): void {
    const { scope } = shelved.entry;
    if (scope === undefined) return;
    let share = this.#shares.get(scope);
    if (share === undefined) this.#shares.set(scope, (share = new Share()));
    share.add(shelved);
    this.#weigh(share);
  }

  remove(shelved: Shelved): void {
    const { scope } = shelved.entry;
    const share = scope === undefined ? undefined : this.#shares.get(scope);
    if (scope === undefined || share === undefined) return;
    share.remove(shelved);
    this.#weigh(share);
    if (share.entries === 0) this.#shares.delete(scope);
  }

  /** What has to go so that this one may come; undefined: whatever was used least recently. */
  payingFor({ entry: { scope }, weight }: Shelved): Shelved | undefined {
    let payer: Share | undefined;
    let part = 1;
    for (const share of this.#excessive) {
      if (this.#partOf(share) <= part) continue;
      payer = share;
      part = this.#partOf(share);
    }
    const own = scope === undefined ? undefined : this.#shares.get(scope);
    if (own !== undefined && this.#partOf(own, weight, 1) > part) payer = own;
    return payer?.idlest;
  }

  #weigh(share: Share): void {
    const excessive = this.#partOf(share) > 1;
    if (excessive === share.excessive) return;
    share.excessive = excessive;
    if (excessive) this.#excessive.add(share);
    else this.#excessive.delete(share);
  }

  /** Of what it may hold, together with what it is about to get. */
  #partOf({ bytes, entries }: Share, moreBytes = 0, moreEntries = 0): number {
    const { bytes: mostBytes, entries: mostEntries } = this.#most;
    return Math.max((bytes + moreBytes) / mostBytes, (entries + moreEntries) / mostEntries);
  }
}
