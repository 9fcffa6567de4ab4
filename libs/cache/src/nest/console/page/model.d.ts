// What the endpoints of the console answer with. All times are milliseconds since 1970, unless their name ends in Ms.
export interface Durations {
  readonly count: number;
  readonly sumMs: number;
  readonly buckets: readonly number[];
}

export interface Method {
  readonly name: string;
  readonly hits: number;
  readonly blind: number;
  readonly sharedHits: number;
  readonly joined: number;
  readonly misses: Readonly<Record<string, number>>;
  readonly loads: Durations;
  readonly failedLoads: number;
  readonly audits: number;
  readonly differences: number;
}

export interface Statistics {
  readonly enabled: boolean;
  readonly inStep: boolean;
  readonly lapses: number;
  readonly breakerOpen: boolean;
  readonly methods: readonly Method[];
  readonly memory: {
    readonly bytes: number;
    readonly maxBytes: number;
    readonly entries: number;
    readonly maxEntries: number;
    readonly evictions: number;
    readonly expirations: number;
  };
  readonly transactions: { readonly committed: number; readonly rolledBack: number; readonly commitWaits: Durations };
  readonly invalidations: number;
  readonly faults: number;
}

export interface Instance {
  readonly name: string;
  readonly self: boolean;
  readonly position: number | null;
  readonly state: 'in step' | 'silent' | 'out of step';
  readonly leaseMs: number | null;
  readonly seenAt?: number;
  readonly statistics?: {
    readonly hits: number;
    readonly misses: number;
    readonly bytes: number;
    readonly entries: number;
  };
}

export interface Transaction {
  readonly fence: string;
  readonly owner: string;
  readonly self: boolean;
  readonly tags: readonly string[];
  readonly tagCount: number;
  readonly outcome: 'open' | 'committed' | 'rolled back';
  readonly fencedAt: number;
  readonly settledAt: number | null;
  readonly fenceMs: number | null;
  readonly position: number | null;
}

export interface Warming {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'stopped' | 'elsewhere' | 'failed';
  readonly total: number | null;
  readonly done: number;
  readonly loaded: number;
  readonly failed: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface Difference {
  readonly key: string;
  readonly name: string;
  readonly at: number;
  readonly kept: string;
  readonly source: string;
  readonly path: string;
  readonly what: string;
  readonly loadedAt: number;
  readonly by: string | null;
  readonly tags: readonly string[];
}

export interface Advice {
  readonly what: string;
  readonly about: string;
  readonly sentence: string;
}

/** What was counted in one beat of the pulse. `methods`: reads, hits of both tiers, loads, and the time these took. */
export interface Point {
  readonly at: number;
  readonly reads: number;
  readonly hits: number;
  readonly sharedHits: number;
  readonly loads: number;
  readonly loadMs: number;
  readonly methods: Readonly<Record<string, readonly [reads: number, hits: number, loads: number, loadMs: number]>>;
}

export interface Status {
  readonly instance: string;
  readonly at: number;
  readonly uptimeMs: number;
  readonly configuration: {
    readonly redis: string | null;
    readonly fallbackTtl: number;
    readonly prefix: string;
  };
  readonly statistics: Statistics;
  readonly instances: readonly Instance[];
  readonly breaker: { readonly open: boolean; readonly openings: number };
  readonly transactions: readonly Transaction[];
  readonly warmings: readonly Warming[];
  readonly differences: readonly Difference[];
  readonly advice: readonly Advice[];
  /** Only where it is asked for by itself; what comes after is told point by point. */
  readonly pulse?: { readonly everyMs: number; readonly points: readonly Point[] };
}

export interface EntryLine {
  readonly key: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly loadedAt: number;
  readonly expiresAt: number;
  readonly tookMs: number;
  readonly by: string | null;
  readonly live: boolean;
  readonly scope: string | null;
}

export interface Entries {
  readonly entries: readonly EntryLine[];
  readonly total: number;
  readonly next: string | null;
  readonly tags: readonly { readonly tag: string; readonly entries: number }[];
}

export interface Explanation {
  readonly key: string;
  readonly name: string;
  readonly sentences: readonly string[];
  readonly entry: null | {
    readonly live: boolean;
    readonly tags: readonly string[];
    readonly stamp: { readonly epoch: string; readonly position: number };
    readonly scope: string | null;
    readonly loadedAt: number;
    readonly tookMs: number;
    readonly by: string | null;
    readonly expiresAt: number;
    readonly bytes: number;
  };
  readonly lastMiss: null | { readonly reason: string; readonly at: number; readonly tag: string | null };
  readonly gone: null | { readonly reason: string; readonly at: number };
  readonly shared: 'none' | 'stands' | 'dead' | 'unreachable' | 'no redis';
  readonly differences: readonly Difference[];
}

export interface DryRun {
  readonly entries: number;
  readonly bytes: number;
  readonly keys: readonly string[];
  readonly methods: readonly { readonly name: string; readonly entries: number }[];
}

export interface Invalidated {
  readonly reach: null | {
    readonly confirmed: readonly string[];
    readonly waitedOut: readonly string[];
    readonly through: 'list' | 'record' | 'nothing';
  };
}

/** What an invalidation is about. */
export interface Target {
  readonly tags?: readonly string[];
  readonly keys?: readonly string[];
  readonly all?: true;
}
