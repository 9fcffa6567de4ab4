import type { Clock } from '../../coherence/clock.js';
import type { Replica } from '../../coherence/replica.js';
import type { MethodStatistics } from './counts.js';
import type { Durations } from './histogram.js';
import type { Insight } from './insight.js';
import type { MemoryStore } from '../memory/memory-store.js';
import type { Policy } from '../policy.js';

/** What one process has counted since its cache was made, and how its cache stands now. */
export interface CacheStatistics {
  readonly enabled: boolean;
  readonly uptimeMs: number;
  /** May it answer from memory, or does it not know what others write? */
  readonly inStep: boolean;
  /** How long it may do so without hearing of the others; Infinity where there are none. */
  readonly leaseMs: number;
  /** How often it fell out of step. */
  readonly lapses: number;
  /** Redis does not answer, and is not asked until it does. */
  readonly breakerOpen: boolean;
  readonly breakerOpenings: number;
  readonly methods: readonly MethodStatistics[];
  readonly memory: {
    readonly bytes: number;
    readonly maxBytes: number;
    readonly entries: number;
    readonly maxEntries: number;
    /** How many data rooms, users and the like hold something. */
    readonly holders: number;
    readonly evictions: number;
    readonly expirations: number;
  };
  readonly transactions: {
    readonly committed: number;
    readonly rolledBack: number;
    /** How long commits waited until every instance had heard of them. */
    readonly commitWaits: Durations;
  };
  /** Tags that have changed, here or elsewhere. */
  readonly invalidations: number;
  /** What the cache failed at and could do without. */
  readonly faults: number;
}

export interface Counted {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly insight: Insight;
}

export function statisticsOf({ policy, clock, replica, memory, insight }: Counted): CacheStatistics {
  const { counts, madeAt } = insight;
  const { bytes, size: entries, holders } = memory;
  const { maxBytes, maxEntries, enabled } = policy;
  const { evictions, expirations, committed, rolledBack } = counts;
  return {
    enabled,
    uptimeMs: clock.now() - madeAt,
    inStep: replica.inStep,
    leaseMs: Math.max(0, replica.inStepUntil - clock.now()),
    lapses: counts.lapses,
    breakerOpen: counts.breakerOpen,
    breakerOpenings: counts.breakerOpenings,
    methods: [...counts.methods].map(({ counted }) => counted),
    memory: { bytes, maxBytes, entries, maxEntries, holders, evictions, expirations },
    transactions: { committed, rolledBack, commitWaits: counts.commitWaits.counted },
    invalidations: counts.invalidations,
    faults: counts.faults,
  };
}
