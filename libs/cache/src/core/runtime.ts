import { forever } from '../coherence/lease.js';
import { Alone } from '../coherence/registrar.js';
import { Replica } from '../coherence/replica.js';
import type { Clock } from './clock.js';
import { CoherentCache } from './coherent-cache.js';
import type { Tell } from './events.js';
import { Frames } from './frame.js';
import { MemoryStore } from './memory-store.js';
import type { Policy } from './policy.js';
import { Reader } from './reader.js';
import { Transactions } from './transactions.js';

/**
 * How many changed tags are remembered. Older entries than the oldest of them are dead: see DECISIONS.md, "The floor".
 * A tag takes up to 130 bytes, so that they never come to more than a fifth of what the entries may take.
 */
function rememberedChanges({ maxBytes }: Policy): number {
  return Math.min(200_000, Math.ceil(maxBytes / 640));
}

export interface RuntimeParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly tell: Tell;
  /** The name of this life of the list; no two may share one. */
  readonly epoch: string;
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

  constructor({ policy, clock, tell, epoch }: RuntimeParts) {
    const replica = new Replica(epoch, forever);
    const registrar = new Alone(replica, rememberedChanges(policy));
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
