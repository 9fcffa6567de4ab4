import type { Standing } from './change-list.js';
import type { Settlement } from './coordinator.js';
import type { Tag } from './tag.js';

/** A fence whose writer could not reach the list. `reaped`: somebody else found out that it can commit no more. */
export interface Row {
  readonly fence: string;
  readonly tags: readonly Tag[];
  /** How to ask the database about the commit behind it. */
  readonly ref: string;
  readonly state: 'open' | 'reaped' | 'settled';
  /** Of a row that is no longer open. */
  readonly changed: readonly Tag[];
}

/**
 * A table of the database in which writers that cannot reach the list say what they are about to change. What is done here is
 * visible to everybody as soon as it is answered, whatever transaction the caller is in. Repeating a call is harmless.
 */
export interface OutageRecord {
  /** False: there is no such table, and a writer that cannot reach the list is heard of by nobody. */
  readonly kept: boolean;
  /** Leaves a row that is there as it is: an entry that comes late must not open what has been settled. */
  enter(standing: Standing): Promise<void>;
  /** By the writer itself, whether or not its entry has arrived. */
  settle(settlement: Settlement): Promise<void>;
  /** By others: only a row that is open. */
  reap(settlement: Settlement): Promise<void>;
  read(): Promise<readonly Row[]>;
  forget(fences: readonly string[]): Promise<void>;
}

export const noRecord: OutageRecord = Object.freeze({
  kept: false,
  enter: () => Promise.resolve(),
  settle: () => Promise.resolve(),
  reap: () => Promise.resolve(),
  read: () => Promise.resolve([]),
  forget: () => Promise.resolve(),
});
