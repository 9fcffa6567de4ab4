import type { Tag } from './tag.js';

/** A counter of messages: every message has one, and the list stands at that of the last it applied. */
export type Position = number;

/** A fence that stands, and how to ask the database whether the transaction behind it can still commit. */
export interface Standing {
  readonly fence: string;
  readonly owner: string;
  readonly tags: readonly Tag[];
  readonly ref: string;
}

/** What a list has against a value: its past is forgotten, a tag has changed since, or is about to. */
export type Objection =
  | { readonly how: 'forgotten' }
  | { readonly how: 'changed'; readonly tag: Tag; readonly position: Position }
  | { readonly how: 'fenced'; readonly tag: Tag };

/** What a writer does to a list. */
export type Doing =
  | ({ readonly kind: 'fence' } & Standing)
  | { readonly kind: 'settle'; readonly fence: string; readonly changed: readonly Tag[] };

/** What is told to everybody who keeps a list, in the order of the positions. */
export type Message = { readonly position: Position } & (Doing | { readonly kind: 'purge'; readonly floor: Position });

/** The list as it stood at a position, for an instance that begins to follow it. */
export interface Snapshot {
  readonly epoch: string;
  readonly position: Position;
  readonly floor: Position;
  readonly changes: readonly (readonly [Tag, Position])[];
  readonly fences: readonly Standing[];
  /** False while leases and commits of an earlier epoch may still be alive. */
  readonly settled: boolean;
}

/**
 * What changed when, and what is about to change.
 *
 * (I1) Nothing read before a change is trusted after it: `allows` is false once a tag changed after the position.
 * (I2) Nothing fenced is answered: from fence to settle `allows` is false for the tags, whatever the position.
 * (I3) Forgetting is safe: purged changes lie at or below the floor, and so does everything they could have condemned.
 */
export class ChangeList {
  #position: Position = 0;
  #floor: Position = 0;
  /** In the order of their last change, so that purging takes the oldest from the front. */
  readonly #changes = new Map<Tag, Position>();
  readonly #fences = new Map<string, Standing>();
  /** How many fences stand around a tag: several transactions may be about to change it. */
  readonly #fenced = new Map<Tag, number>();

  get position(): Position {
    return this.#position;
  }

  /** How many tags are remembered; whoever leads the list purges it when there are too many. */
  get size(): number {
    return this.#changes.size;
  }

  /** Begins with what somebody else knew. */
  adopt({ position, floor, changes, fences }: Snapshot): void {
    this.#position = position;
    this.#floor = floor;
    this.#changes.clear();
    this.#fences.clear();
    this.#fenced.clear();
    for (const [tag, changed] of [...changes].sort(([, one], [, other]) => one - other))
      this.#changes.set(tag, changed);
    for (const fence of fences) this.#raise(fence);
  }

  apply(message: Message): void {
    this.#position = message.position;
    if (message.kind === 'fence') return this.#raise(message);
    if (message.kind === 'purge') return this.#purge(message.floor);
    this.#lift(message.fence);
    for (const tag of message.changed) {
      this.#changes.delete(tag);
      this.#changes.set(tag, message.position);
    }
  }

  holds(fence: string): boolean {
    return this.#fences.has(fence);
  }

  /** The fences that stand. */
  standing(): Iterable<Standing> {
    return this.#fences.values();
  }

  /** May a value read at `position` be answered under these watched tags? `own` names a fence to look past: one's own. */
  allows(position: Position, watched: readonly Tag[], own?: string): boolean {
    if (position < this.#floor) return false;
    for (const tag of watched) {
      const changed = this.#changes.get(tag);
      if (changed !== undefined && changed > position) return false;
      if (this.#fenced.size > 0 && this.#fencedByOthers(tag, own)) return false;
    }
    return true;
  }

  /** Why it `allows` no answer, for whoever wants to know; undefined if it does. */
  objectionTo(position: Position, watched: readonly Tag[]): Objection | undefined {
    if (position < this.#floor) return { how: 'forgotten' };
    const fenced = watched.find((tag) => this.#fencedByOthers(tag, undefined));
    if (fenced !== undefined) return { how: 'fenced', tag: fenced };
    const tag = watched.find((name) => (this.#changes.get(name) ?? 0) > position);
    return tag === undefined ? undefined : { how: 'changed', tag, position: this.#changes.get(tag)! };
  }

  /** The position up to which the oldest changes may be forgotten so that `count` stay. */
  floorFor(count: number): Position {
    let surplus = this.#changes.size - count;
    let floor = this.#floor;
    for (const changed of this.#changes.values()) {
      if (surplus-- <= 0) break;
      floor = changed;
    }
    return floor;
  }

  #fencedByOthers(tag: Tag, own: string | undefined): boolean {
    const standing = this.#fenced.get(tag) ?? 0;
    if (standing === 0 || own === undefined) return standing > 0;
    return standing > (this.#fences.get(own)?.tags.includes(tag) ? 1 : 0);
  }

  /** One that stands already is raised anew: after a lost answer, its owner says it twice. */
  #raise({ fence, tags, owner, ref }: Standing): void {
    this.#lift(fence);
    this.#fences.set(fence, { fence, tags, owner, ref });
    for (const tag of tags) this.#fenced.set(tag, (this.#fenced.get(tag) ?? 0) + 1);
  }

  #lift(fence: string): void {
    for (const tag of this.#fences.get(fence)?.tags ?? []) {
      const left = (this.#fenced.get(tag) ?? 1) - 1;
      if (left > 0) this.#fenced.set(tag, left);
      else this.#fenced.delete(tag);
    }
    this.#fences.delete(fence);
  }

  #purge(floor: Position): void {
    for (const [tag, changed] of this.#changes) {
      if (changed > floor) break;
      this.#changes.delete(tag);
    }
    this.#floor = Math.max(this.#floor, floor);
  }
}
