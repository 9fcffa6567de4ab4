import { Share, type Held, type Holding } from './share.js';
import type { Shelved } from './shelved.js';

interface Most {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Who holds how much of the memory, and who makes room when it is full: whoever holds most, if that is more than a share. So
 * whoever is within his share loses nothing to one who is beyond his, and nobody is held to it while there is room. An entry with
 * the scope `dataroom=7,user=3` is held by both, so that a room cannot hide behind its users; one without a scope by nobody.
 * Nothing is remembered of those who hold nothing.
 */
export class Shares {
  /** What one part of a scope may hold of a full memory. */
  readonly #most: Most;
  readonly #shares = new Map<string, Share>();
  /** Those beyond it: a few, since there are only so many shares in the memory. */
  readonly #excessive = new Set<Share>();

  constructor(most: Most) {
    this.#most = most;
  }

  /** How many hold something. */
  get size(): number {
    return this.#shares.size;
  }

  bytesOf(part: string): number {
    return this.#shares.get(part)?.bytes ?? 0;
  }

  add(shelved: Shelved): void {
    if (shelved.parts.length > 0) shelved.holdings = shelved.parts.map((part) => this.#holding(part, shelved));
  }

  remove({ holdings }: Shelved): void {
    for (const holding of holdings) {
      const { share } = holding;
      share.remove(holding);
      this.#weigh(share);
      if (share.entries === 0) this.#shares.delete(share.part);
    }
  }

  /** What has to go so that this one may come; undefined: whatever was used least recently. */
  payingFor({ parts, weight }: Shelved): Held | undefined {
    let payer: Share | undefined;
    let most = 1;
    const consider = (share: Share, fill: number): void => {
      if (fill <= most) return;
      payer = share;
      most = fill;
    };
    for (const share of this.#excessive) consider(share, this.#fillOf(share));
    for (const part of parts) {
      const own = this.#shares.get(part);
      if (own !== undefined) consider(own, this.#fillOf(own, weight, 1));
    }
    return payer?.idlest;
  }

  #holding(part: string, shelved: Shelved): Holding {
    let share = this.#shares.get(part);
    if (share === undefined) this.#shares.set(part, (share = new Share(part)));
    const holding = share.add(shelved);
    this.#weigh(share);
    return holding;
  }

  #weigh(share: Share): void {
    const excessive = this.#fillOf(share) > 1;
    if (excessive === share.excessive) return;
    share.excessive = excessive;
    if (excessive) this.#excessive.add(share);
    else this.#excessive.delete(share);
  }

  /** Of what it may hold, together with what it is about to get. */
  #fillOf({ bytes, entries }: Share, moreBytes = 0, moreEntries = 0): number {
    const { bytes: mostBytes, entries: mostEntries } = this.#most;
    return Math.max((bytes + moreBytes) / mostBytes, (entries + moreEntries) / mostEntries);
  }
}
