// Caches with one thing taken out. Each is put together from the real classes; the oracle has to find it out.
import { jest } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { forever } from '../../libs/cache/src/coherence/lease.js';
import { unheardOf, type Entering, type Fence, type Registrar } from '../../libs/cache/src/coherence/registrar.js';
import { Replica, type Stamp } from '../../libs/cache/src/coherence/replica.js';
import type { Tag } from '../../libs/cache/src/coherence/tag.js';
import { Auditor, evenly } from '../../libs/cache/src/core/insight/auditor.js';
import { noClasses } from '../../libs/cache/src/core/classes.js';
import { CoherentCache } from '../../libs/cache/src/core/coherent-cache.js';
import { Events, unheard as tell } from '../../libs/cache/src/core/events.js';
import { Filler } from '../../libs/cache/src/core/filler.js';
import { Frames } from '../../libs/cache/src/core/frame.js';
import { Channels } from '../../libs/cache/src/core/insight/channels.js';
import { Insight } from '../../libs/cache/src/core/insight/insight.js';
import { MemoryStore } from '../../libs/cache/src/core/memory/memory-store.js';
import { defaults as policy } from '../../libs/cache/src/core/policy.js';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import { Reader } from '../../libs/cache/src/core/reader.js';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { SharedEntries } from '../../libs/cache/src/core/shared-entries.js';
import { SingleFlight } from '../../libs/cache/src/core/single-flight.js';
import { noStore } from '../../libs/cache/src/core/store.js';
import { systemClock as clock } from '../../libs/cache/src/core/system-clock.js';
import { Transaction, type Chronicle, type Outcome } from '../../libs/cache/src/core/transaction.js';
import { Transactions } from '../../libs/cache/src/core/transactions.js';
import { Warmer } from '../../libs/cache/src/core/ahead/warmer.js';
import { Announcements } from '../../libs/cache/src/typeorm/announcements.js';

interface Parts {
  readonly replica?: Replica;
  readonly registrar?: (replica: Replica) => Registrar;
  readonly transactions?: (chronicle: Chronicle, frames: Frames) => Transactions;
}

/** As the runtime puts itself together, with some parts replaced. */
export function assemble(parts: Parts = {}): Runtime {
  const replica = parts.replica ?? new Replica(forever, 'mutant');
  const registrar = parts.registrar?.(replica) ?? new Alone(replica, 200_000);
  const frames = new Frames();
  const memory = new MemoryStore(policy, clock);
  const shared = new SharedEntries({ store: noStore, replica, memory, clock, name: 'mutant' });
  const locks = new OwnLocks(clock);
  const events = new Events(tell);
  const insight = new Insight(clock, events, new Channels(() => cache));
  const reader = new Reader({
    policy,
    clock,
    replica,
    memory,
    shared,
    frames,
    insight,
    tell,
    cache: () => cache,
  });
  const chronicle = { registrar, replica, tell };
  const transactions = parts.transactions?.(chronicle, frames) ?? new Transactions(chronicle, frames);
  const warmer = new Warmer({ policy, clock, replica, reader, frames, locks, tell });
  const cache: CoherentCache = new CoherentCache({
    policy,
    clock,
    replica,
    memory,
    shared,
    locks,
    reader,
    transactions,
    frames,
    insight,
    events,
    warmer,
  });
  const auditor = new Auditor({
    policy,
    clock,
    replica,
    memory,
    frames,
    transactions,
    insight,
    classes: noClasses,
    chance: evenly,
    tell,
  });
  const seen = { frames, insight, memory, reader, transactions, auditor, warmer, cache };
  return { policy, tell, clock, replica, store: noStore, ...seen };
}

/** Raises no fence: what has changed is told after the commit. */
class SettlesOnly implements Registrar {
  readonly #replica: Replica;
  readonly #alone: Alone;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.#alone = new Alone(replica, 200_000);
  }

  async fence(tags: readonly Tag[]): Promise<Fence> {
    return { id: 'none', tags, stamp: this.#replica.stamp, reach: unheardOf };
  }

  settle(fence: Fence, changed: readonly Tag[], entering?: Entering): Promise<void> {
    return this.#alone.settle(fence, changed, entering);
  }

  async outlast(): Promise<void> {}
}

/** Gives a stamp that is filled in when it is first looked at, which is after the load. */
class StampsLate extends Replica {
  override get stamp(): Stamp {
    const now = () => super.stamp;
    let taken: Stamp | undefined;
    return {
      get epoch() {
        return (taken ??= now()).epoch;
      },
      get position() {
        return (taken ??= now()).position;
      },
    };
  }
}

class BelievesInRollback extends Transaction {
  override settle(outcome: Outcome, decided?: Promise<void>): Promise<void> {
    return super.settle(outcome === 'unknown' ? 'rolled back' : outcome, decided);
  }
}

class Optimists extends Transactions {
  readonly #chronicle: Chronicle;

  constructor(chronicle: Chronicle, frames: Frames) {
    super(chronicle, frames);
    this.#chronicle = chronicle;
  }

  override single(): Transaction {
    return new BelievesInRollback(this.#chronicle);
  }
}

export const mutations: Readonly<Record<string, () => Runtime>> = {
  'no fence': () => assemble({ registrar: (replica) => new SettlesOnly(replica) }),
  'the stamp is taken after the load': () => assemble({ replica: new StampsLate(forever, 'mutant') }),
  'a joiner takes an older load': () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with its own flights
    const underway = SingleFlight.prototype.underway;
    jest.spyOn(SingleFlight.prototype, 'underway').mockImplementation(function (this: SingleFlight<unknown>, key) {
      const flight = underway.call(this, key);
      return flight && { departed: Infinity, landing: flight.landing };
    });
    return assemble();
  },
  'the stamp of a batch is taken after its load': () => {
    const runtime = assemble();
    // oxlint-disable-next-line typescript/unbound-method -- called with its own filler
    const { fill } = Filler.prototype;
    jest.spyOn(Filler.prototype, 'fill').mockImplementation(function (this: Filler, read, value, loaded) {
      const isOfBatch = typeof loaded.load.keys !== 'string';
      return fill.call(this, read, value, isOfBatch ? { ...loaded, stamp: runtime.replica.stamp } : loaded);
    });
    return runtime;
  },
  'an unknown outcome is taken for a rollback': () =>
    assemble({ transactions: (chronicle, frames) => new Optimists(chronicle, frames) }),
  'what entity events say is dropped': () => {
    jest.spyOn(Announcements.prototype, 'add').mockImplementation(() => {});
    return assemble();
  },
};
