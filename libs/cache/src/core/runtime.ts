import type { Clock } from '../coherence/clock.js';
import type { Coherence } from '../coherence/coherence.js';
import type { Replica } from '../coherence/replica.js';
import { Auditor, evenly, type Chance } from './insight/auditor.js';
import { type Classes, noClasses } from './classes.js';
import { CoherentCache } from './coherent-cache.js';
import { Events, type Tell } from './events.js';
import { Frames } from './frame.js';
import { Channels } from './insight/channels.js';
import { Insight } from './insight/insight.js';
import { Keeper } from './keeping.js';
import type { Locks } from './locks/locks.js';
import { MemoryStore } from './memory/memory-store.js';
import { OwnLocks } from './locks/own-locks.js';
import type { Policy } from './policy.js';
import { Reader } from './reader.js';
import { Refresher } from './ahead/refresher.js';
import { SharedEntries } from './shared-entries.js';
import { noStore, type SharedStore } from './store.js';
import { TimedRegistrar } from './insight/timed-registrar.js';
import { Transactions } from './transactions.js';
import { Warmer } from './ahead/warmer.js';

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
  /** What others call this process. */
  readonly name?: string;
  /** Where events go that are told; default: to `tell` alone. */
  readonly events?: Events;
  /** Which hits are audited. Default: one after so many. */
  readonly chance?: Chance;
}

/** One cache, whole: what an application has exactly one of. */
export class Runtime {
  readonly policy: Policy;
  readonly tell: Tell;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly store: SharedStore;
  readonly frames = new Frames();
  readonly insight: Insight;
  readonly memory: MemoryStore;
  readonly reader: Reader;
  readonly transactions: Transactions;
  readonly auditor: Auditor;
  readonly warmer: Warmer;
  readonly cache: CoherentCache;

  constructor(parts: RuntimeParts) {
    const { policy, clock, coherence, store = noStore, locks = new OwnLocks(clock), classes = noClasses } = parts;
    const { events = new Events(parts.tell), name = 'this process', chance = evenly } = parts;
    const { tell } = events;
    const { replica } = coherence;
    const { frames } = this;
    const channels = new Channels(() => this.cache);
    events.follow(channels.tell);
    const insight = new Insight(clock, events, channels);
    const memory = new MemoryStore(policy, clock, new Keeper(classes), insight.left);
    const shared = new SharedEntries({ store, replica, memory, clock, name });
    const registrar = new TimedRegistrar(coherence.registrar, clock, insight.counts);
    const reader = new Reader({
      policy,
      clock,
      replica,
      memory,
      shared,
      frames,
      insight,
      tell,
      cache: () => this.cache,
    });
    const transactions = new Transactions({ registrar, replica, tell }, frames);
    replica.show(insight);
    memory.show(insight.advisor);
    insight.advisor.learn({ ttls: policy.ttls });
    this.policy = policy;
    this.tell = tell;
    this.clock = clock;
    this.replica = replica;
    this.store = store;
    this.insight = insight;
    this.memory = memory;
    this.reader = reader;
    this.transactions = transactions;
    this.auditor = new Auditor({
      policy,
      clock,
      replica,
      memory,
      frames,
      transactions,
      insight,
      classes,
      chance,
      tell,
    });
    this.warmer = new Warmer({ policy, clock, replica, reader, frames, locks, tell });
    insight.show(this.warmer);
    memory.dues.attend(new Refresher({ clock, replica, memory, shared, reader, frames, locks, tell }));
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
      insight,
      events,
      warmer: this.warmer,
    });
  }
}
