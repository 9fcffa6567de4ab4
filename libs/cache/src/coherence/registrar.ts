import type { Stamp } from './replica.js';
import type { Tag } from './tag.js';

/** A transaction's word that it is about to change these tags. */
export interface Fence {
  readonly id: string;
  readonly tags: readonly Tag[];
  /** The list as it stood when the fence was raised. */
  readonly stamp: Stamp;
}

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
}
