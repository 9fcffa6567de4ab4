import { ChangeList, type Doing, type Message, type Objection, type Position } from './change-list.js';
import type { Snapshot, Standing } from './coordinator.js';
import type { Lease } from './lease.js';
import { nobodyLooks, type Onlooker } from './onlooker.js';
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
 * (I15) Messages are applied in order and without a gap; after a gap the copy is worth nothing.
 * (I25) Out of step it vouches for nothing; it can say what was true when it last was in step, apart from own changes since.
 */
export class Replica {
  readonly #lease: Lease;
  readonly #list = new ChangeList();
  #revision = 0;
  #following: boolean;
  /** Of the list that is followed, or that was. */
  #epoch: string;
  #departures = 0;
  /** How far the list had come when it was followed last. */
  #leftAt: Position = 0;
  #stamp: Stamp;
  #onlooker = nobodyLooks;

  /** `epoch`: for a list that begins here and is shared with nobody. */
  constructor(lease: Lease, epoch?: string) {
    this.#lease = lease;
    this.#following = epoch !== undefined;
    this.#epoch = epoch ?? '';
    this.#stamp = { epoch: epoch ?? aside(0), position: 0 };
  }

  /** Who looks on from now on. */
  show(onlooker: Onlooker): void {
    this.#onlooker = onlooker;
  }

  /** To be taken before the source is read: what it says was true when the read began. */
  get stamp(): Stamp {
    return this.#stamp;
  }

  /** May it vouch for anything at all? */
  get inStep(): boolean {
    return this.#lease.held;
  }

  /** Up to this instant nothing was committed anywhere that was not fenced here. */
  get inStepUntil(): number {
    return this.#lease.until;
  }

  get size(): number {
    return this.#list.size;
  }

  floorFor(count: number): Position {
    return this.#list.floorFor(count);
  }

  standing(): Iterable<Standing> {
    return this.#following ? this.#list.standing() : [];
  }

  adopt(snapshot: Snapshot): void {
    this.#list.adopt(snapshot);
    this.#following = true;
    this.#epoch = snapshot.epoch;
    this.#move({ epoch: snapshot.epoch, position: snapshot.position });
    this.#onlooker.missed();
  }

  /**
   * What is loaded from now on has a stamp that holds until the next list: nobody can place it in that one. What is fenced now
   * may be committed by now, and nobody will say so.
   */
  drop(): void {
    if (!this.#following) return;
    this.#following = false;
    this.#leftAt = this.#list.position;
    for (const { fence, tags } of Array.from(this.#list.standing()))
      this.note({ kind: 'settle', fence, changed: tags });
    this.#move({ epoch: aside(++this.#departures), position: this.#list.position });
  }

  apply(message: Message): void {
    this.#list.apply(message);
    this.#move({ epoch: this.#stamp.epoch, position: message.position });
    this.#onlooker.heard(message);
  }

  /** Applies what comes next, ignores what is known already; false when something between is missing. */
  follow(message: Message): boolean {
    if (message.position <= this.#stamp.position) return true;
    if (message.position !== this.#stamp.position + 1) return false;
    this.apply(message);
    return true;
  }

  /** What this instance does itself while it follows no list. (I25) */
  note(doing: Doing): void {
    if (!this.#following) this.apply({ ...doing, position: this.#list.position + 1 });
  }

  vouchesFor(claim: Claim): boolean {
    if (!this.#lease.held) return false;
    if (claim.vouchedAt === this.#revision) return true;
    if (!this.#knows(claim) || !this.#allows(claim)) return false;
    claim.vouchedAt = this.#revision;
    return true;
  }

  /** Why it does not vouch, for whoever wants to know; undefined if it does. */
  objectionTo(claim: Claim): Objection | { readonly how: 'out of step' | 'of another list' } | undefined {
    if (!this.#lease.held) return { how: 'out of step' };
    if (!this.#knows(claim)) return { how: 'of another list' };
    return this.#list.objectionTo(claim.stamp.position, claim.watched);
  }

  /** Out of step: is this what was true at `inStepUntil`, or was it loaded since; and has nothing changed that is known here? */
  recalls(claim: Claim): boolean {
    if (this.#lease.held) return false;
    const { epoch, position } = claim.stamp;
    if (epoch === this.#stamp.epoch) return this.#allows(claim);
    // Whoever loaded it may have heard of more than was heard here, and has heard of nothing that was done here since.
    return epoch === this.#epoch && this.#list.allows(Math.min(position, this.#leftAt), claim.watched);
  }

  /** Has nobody but the holder of this fence changed, or begun to change, what the claim watches since its stamp? */
  vouchesApartFrom(fence: string, claim: Claim): boolean {
    return this.#lease.held && this.#knows(claim) && this.#allows(claim, fence);
  }

  /** Does this fence stand here? */
  holds(fence: string): boolean {
    return this.#list.holds(fence);
  }

  #allows({ stamp, watched }: Claim, apartFrom?: string): boolean {
    return this.#list.allows(stamp.position, watched, apartFrom);
  }

  #knows({ stamp }: Claim): boolean {
    return this.#following && stamp.epoch === this.#epoch;
  }

  #move(stamp: Stamp): void {
    this.#stamp = stamp;
    this.#revision++;
  }
}

/** No epoch of a list is called like this. */
function aside(departure: number): string {
  return `aside ${departure}`;
}
