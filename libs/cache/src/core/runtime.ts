import type { Clock } from '../coherence/clock.js';
import type { Coherence } from '../coherence/coherence.js';
import { CoherentCache } from './coherent-cache.js';
import type { Tell } from './events.js';
import { Frames } from './frame.js';
import { MemoryStore } from './memory-store.js';
import type { Policy } from './policy.js';
import { Reader } from './reader.js';
import { Transactions } from './transactions.js';

export interface RuntimeParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly tell: Tell;
  readonly coherence: Coherence;
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

  constructor({ policy, clock, tell, coherence }: RuntimeParts) {
    const { replica, registrar } = coherence;
    this.policy = policy;
    this.tell = tell;
    this.memory = new MemoryStore(policy, clock);
    this.reader = new Reader({ policy, clock, replica, memory: this.memory, frames: this.frames, tell });
    this.transactions = new Transactions({ registrar, replica, tell }, this.frames);
    this.cache = new CoherentCache({
      policy,
      clock,
      replica,
      memory: this.memory,
      reader: this.reader,
      transactions: this.transactions,
      tell,
    });
  }
}
