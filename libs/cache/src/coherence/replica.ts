import { ChangeList, type Message, type Position } from './change-list.js';
import type { Snapshot, Standing } from './coordinator.js';
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

/** Of no list at all: what is loaded under it is never answered. */
const nowhere: Stamp = Object.freeze({ epoch: '', position: 0 });

/**
 * An instance's copy of the change list, and the one question asked of it on every hit.
 *
 * (I4) Only a lease holder vouches.
 * (I5) A stamp of another epoch is never vouched for: losing the list means that everything is invalid.
 * (I15) Messages are applied in order and without a gap; after a gap the copy is worth nothing.
 */
export class Replica {
  readonly #lease: Lease;
  readonly #list = new ChangeList();
  #revision = 0;
  #stamp = nowhere;

  /** `epoch`: for a list that begins here and is shared with nobody. */
  constructor(lease: Lease, epoch = '') {
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

  standing(): Iterable<Standing> {
    return this.#stamp.epoch === '' ? [] : this.#list.standing();
  }

  adopt(snapshot: Snapshot): void {
    this.#list.adopt(snapshot);
    this.#move({ epoch: snapshot.epoch, position: snapshot.position });
  }

  drop(): void {
    this.#move(nowhere);
  }

  apply(message: Message): void {
    this.#list.apply(message);
    this.#move({ epoch: this.#stamp.epoch, position: message.position });
  }

  /** Applies what comes next, ignores what is known already; false when something between is missing. */
  follow(message: Message): boolean {
    if (message.position <= this.#stamp.position) return true;
    if (message.position !== this.#stamp.position + 1) return false;
    this.apply(message);
    return true;
  }

  vouchesFor(claim: Claim): boolean {
    if (!this.#lease.held) return false;
    if (claim.vouchedAt === this.#revision) return true;
    if (!this.#knows(claim) || !this.#list.allows(claim.stamp.position, claim.watched)) return false;
    claim.vouchedAt = this.#revision;
    return true;
  }

  /** Has nobody but the holder of this fence changed, or begun to change, what the claim watches since its stamp? */
  vouchesApartFrom(fence: string, claim: Claim): boolean {
    return this.#lease.held && this.#knows(claim) && this.#list.allows(claim.stamp.position, claim.watched, fence);
  }

  #knows({ stamp }: Claim): boolean {
    return stamp.epoch === this.#stamp.epoch && stamp.epoch !== '';
  }

  #move(stamp: Stamp): void {
    this.#stamp = stamp;
    this.#revision++;
  }
}
