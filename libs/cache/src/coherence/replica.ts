import { ChangeList, type Message, type Position } from './change-list.js';
import type { Lease } from './lease.js';
import type { Tag } from './tag.js';

/** Up to where the list was known, and in which life of it. */
export interface Stamp {
  readonly epoch: string;
  readonly position: Position;
}

/** What an entry says of itself: read at `stamp`, concerned by changes to `watched`. */
export class Claim {
  /** The replica's revision at which it last vouched for this; the same revision needs no second look. */
  vouchedAt = -1;

  constructor(
    readonly stamp: Stamp,
    readonly watched: readonly Tag[],
  ) {}
}

/**
 * An instance's copy of the change list, and the one question asked of it on every hit.
 *
 * (I4) Only a lease holder vouches.
 * (I5) A stamp of another epoch is never vouched for: losing the list means that everything is invalid.
 */
export class Replica {
  readonly #epoch: string;
  readonly #lease: Lease;
  readonly #list = new ChangeList();
  #revision = 0;
  #stamp: Stamp;

  constructor(epoch: string, lease: Lease) {
    this.#epoch = epoch;
    this.#lease = lease;
    this.#stamp = { epoch, position: 0 };
  }

  /** To be taken before the source is read: what it says was true when the read began. */
  get stamp(): Stamp {
    return this.#stamp;
  }

  get size(): number {
    return this.#list.size;
  }

  floorFor(count: number): Position {
    return this.#list.floorFor(count);
  }

  apply(message: Message): void {
    this.#list.apply(message);
    this.#revision++;
    this.#stamp = { epoch: this.#epoch, position: message.position };
  }

  vouchesFor(claim: Claim): boolean {
    if (!this.#lease.held) return false;
    if (claim.vouchedAt === this.#revision) return true;
    if (claim.stamp.epoch !== this.#epoch) return false;
    if (!this.#list.allows(claim.stamp.position, claim.watched)) return false;
    claim.vouchedAt = this.#revision;
    return true;
  }

  /** Has nobody but the holder of this fence changed, or begun to change, what the claim watches since its stamp? */
  vouchesApartFrom(fence: string, claim: Claim): boolean {
    if (!this.#lease.held || claim.stamp.epoch !== this.#epoch) return false;
    return this.#list.allows(claim.stamp.position, claim.watched, fence);
  }
}
