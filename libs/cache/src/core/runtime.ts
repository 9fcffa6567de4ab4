import type { Clock } from '../coherence/clock.js';
import type { Coherence } from '../coherence/coherence.js';
import { type Classes, noClasses } from './classes.js';
import { CoherentCache } from './coherent-cache.js';
import type { Tell } from './events.js';
import { Frames } from './frame.js';
import { Keeper } from './keeping.js';
import type { Locks } from './locks.js';
import { MemoryStore } from './memory-store.js';
import { OwnLocks } from './own-locks.js';
import type { Policy } from './policy.js';
import { Reader } from './reader.js';
import { SharedEntries } from './shared-entries.js';
import { noStore, type SharedStore } from './store.js';
import { Transactions } from './transactions.js';

export interface RuntimeParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly tell: Tell;
  readonly coherence: Coherence;
  readonly store?: SharedStore;
  /** Default: nobody has said anything of any class. */
  readonly classes?: Pick<Classes, 'craftOf' | 'accessorsOf'>;
  /** Default: those of this process. */
  readonly locks?: Locks;
}

/** One cache, whole: what an application has exactly one of. */
export class Runtime {
  readonly policy: Policy;
  readonly tell: Tell;
  readonly frames = new Frames();
  readonly memory: MemoryStore;
  readonly reader: Reader;
  readonly transactions: Transactions;
  readonly cache: CoherentCache;

  constructor(parts: RuntimeParts) {
    const { policy, clock, tell, coherence, store = noStore, locks = new OwnLocks(clock), classes = noClasses } = parts;
    const { replica, registrar } = coherence;
    const memory = new MemoryStore(policy, clock, new Keeper(classes));
    const shared = new SharedEntries({ store, replica, memory, clock });
    this.policy = policy;
    this.tell = tell;
    this.memory = memory;
    this.reader = new Reader({ policy, clock, replica, memory, shared, frames: this.frames, tell });
    this.transactions = new Transactions({ registrar, replica, tell }, this.frames);
    const { reader, transactions, frames } = this;
    this.cache = new CoherentCache({
      policy,
      clock,
      replica,
      memory,
      shared,
      reader,
      transactions,
      locks,
      frames,
      tell,
    });
  }
}
