import { Histogram, type Durations } from './histogram.js';

/**
 * Why a read was not answered by the cache. `cold`: nothing was kept; `evicted`: others needed the room; `expired`;
 * `invalidated`: what it depends on has changed; `fenced`: is about to change; `in transaction`: reads there go to the
 * database; `incoherent`: this process cannot know what others write; `disabled`: CACHE_ENABLED is false; `too big`: for the
 * memory; `not cacheable`: the last result could not be kept, and an event says why; `redis error`: what others keep could not
 * be asked for.
 */
export type MissReason = (typeof missReasons)[number];

export const missReasons = Object.freeze([
  'cold',
  'expired',
  'evicted',
  'invalidated',
  'fenced',
  'in transaction',
  'incoherent',
  'disabled',
  'too big',
  'not cacheable',
  'redis error',
] as const);

/** What is counted of a method, or of a kind of keys. Each read is one hit, one shared hit, one joined, or one miss. */
export interface MethodStatistics {
  readonly name: string;
  /** Answered from memory. */
  readonly hits: number;
  /** Of these, those that were answered out of step. */
  readonly blind: number;
  /** Answered with what another process has kept in Redis. */
  readonly sharedHits: number;
  /** Answered with what somebody else was loading already. */
  readonly joined: number;
  readonly misses: Readonly<Record<MissReason, number>>;
  readonly loads: Durations;
  readonly failedLoads: number;
  /** Loads that nobody waited for: entries renewed before they expired, warmed, or compared with their source. */
  readonly refreshes: number;
  readonly warmed: number;
  readonly audits: number;
  /** How many of the audits found another value than was answered. */
  readonly differences: number;
}

/** Plain integers, so that counting costs a hit an addition. */
export class MethodCounts {
  hits = 0;
  blind = 0;
  sharedHits = 0;
  joined = 0;
  failedLoads = 0;
  refreshes = 0;
  warmed = 0;
  audits = 0;
  differences = 0;
  /** The hit with this number is the next that is compared with its source. */
  auditAt = Infinity;
  readonly misses = Object.fromEntries(missReasons.map((reason) => [reason, 0])) as Record<MissReason, number>;
  readonly loads = new Histogram();

  constructor(readonly name: string) {}

  get counted(): MethodStatistics {
    const { auditAt: _due, ...counted } = this;
    return { ...counted, misses: { ...this.misses }, loads: this.loads.counted };
  }
}

/** Kinds of keys that are not methods come from whoever calls: no stream of new ones may fill the memory. */
const mostNames = 1_000;
const theRest = 'everything else';

/** What is counted in one cache. */
export class Counts {
  readonly #methods = new Map<string, MethodCounts>();
  readonly commitWaits = new Histogram();
  committed = 0;
  rolledBack = 0;
  /** Tags that have changed here or elsewhere, as this process has heard. */
  invalidations = 0;
  evictions = 0;
  expirations = 0;
  /** How often this process fell out of step. */
  lapses = 0;
  faults = 0;
  breakerOpen = false;
  breakerOpenings = 0;

  of(name: string): MethodCounts {
    const known = this.#methods.get(name);
    if (known !== undefined) return known;
    return this.#methods.size < mostNames || name === theRest ? this.#add(name) : this.of(theRest);
  }

  get methods(): Iterable<MethodCounts> {
    return this.#methods.values();
  }

  #add(name: string): MethodCounts {
    const counts = new MethodCounts(name);
    this.#methods.set(name, counts);
    return counts;
  }
}
