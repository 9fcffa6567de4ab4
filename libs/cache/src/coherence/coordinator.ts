import type { Message, Position, Snapshot, Standing } from './change-list.js';
import type { Tag } from './tag.js';

export type { Snapshot, Standing };

export interface Grant {
  readonly epoch: string;
  readonly position: Position;
  /** False: the member is not known, or is being removed, and has to join afresh. */
  readonly granted: boolean;
  readonly settled: boolean;
}

/** A member as the list knows it. */
export interface Enrolled {
  readonly id: string;
  readonly applied: Position;
}

export interface Raised {
  readonly epoch: string;
  readonly position: Position;
  /** Read after the fences stood: whoever joins later finds them in its snapshot. (I16) */
  readonly members: readonly Enrolled[];
  readonly settled: boolean;
}

export interface Settlement {
  readonly fence: string;
  readonly changed: readonly Tag[];
}

/**
 * Whoever keeps the list for several instances. Each call is atomic; any may fail, come late, or be carried out although its
 * answer was lost. Repeating one is harmless.
 */
export interface Coordinator {
  join(member: string): Promise<Snapshot>;
  /** Acknowledges everything up to `applied`, tells `owners` of it, and renews the lease. */
  renew(member: string, applied: Position, owners: readonly string[]): Promise<Grant>;
  /** One position for each fence, in their order; the answer's is that of the last. */
  fence(fences: readonly Standing[]): Promise<Raised>;
  /** One position for each. A fence that is not there is settled all the same: what changed has changed. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Those among the members that have applied less than `below` are granted nothing any more. Answers who they are. */
  flag(members: readonly string[], below: Position): Promise<readonly string[]>;
  remove(members: readonly string[]): Promise<void>;
  /** The caller has seen this epoch for longer than any lease of an earlier one can last. */
  open(epoch: string): Promise<void>;
  /** Forgets the oldest changes when there are more than `most`. */
  purge(most: number): Promise<void>;
}

/** What is heard from the list. `applied` is addressed to the owner of a fence, everything else to everybody. */
export type News =
  | (Message & { readonly epoch: string })
  | { readonly kind: 'applied'; readonly member: string; readonly position: Position };

export interface Listener {
  heard(news: News): void;
  /** From now on something may have been missed. */
  lost(): void;
}

export interface Channel {
  /** Done when everything published from now on will be heard, or `lost` be called. The answer hangs up. */
  listen(member: string, listener: Listener): Promise<() => void>;
}
