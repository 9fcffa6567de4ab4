import type { Stamp } from './replica.js';
import type { Tag } from './tag.js';

/** A transaction's word that it is about to change these tags. */
export interface Fence {
  readonly id: string;
  readonly tags: readonly Tag[];
  /** The list as it stood when the fence was raised. */
  readonly stamp: Stamp;
  readonly reach: Reach;
}

/** How a fence came to stand at every instance, each by a name that is that of one life of it. */
export interface Reach {
  /** Those that have it. Whoever has joined since has it, too, and is not named. */
  readonly confirmed: readonly string[];
  /** Those that did not say so: their leases were waited out. */
  readonly waitedOut: readonly string[];
  /**
   * What told the others. `list`: Redis, or this process has no others. `record`: Redis could not be reached, the table
   * `cache_outage` has it, and every lease there may be was waited out. `nothing`: neither could, so whoever can reach Redis may
   * answer from before it until this instance can.
   */
  readonly through: 'list' | 'record' | 'nothing';
}

/** Nobody can say who has heard of it. */
export const unheardOf: Reach = Object.freeze({ confirmed: [], waitedOut: [], through: 'nothing' });

/**
 * Called as the settle is about to enter the replica, with the stamp the replica will have then: the last instant at which
 * it still tells what others have changed. Not called when the replica loses its list before.
 */
export type Entering = (stamp: Stamp) => void;

/** Whoever is told of changes. The write path calls `fence`, then commits, then calls `settle`, in this order. */
export interface Registrar {
  /** Done when no instance answers these tags from a cache any more. (I6) `ref`: how to ask the database about the commit. */
  fence(tags: readonly Tag[], ref?: string): Promise<Fence>;
  /** The outcome is known: what changed enters the list, and the fence goes. Nothing changed after a rollback. (I7) */
  settle(fence: Fence, changed: readonly Tag[], entering?: Entering): Promise<void>;
  /** Done when this long has passed on the clock of every other instance; at once where there is none. */
  outlast(ms: number): Promise<void>;
}
