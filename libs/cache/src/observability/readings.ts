// What exporters tell of a cache, in one table for all of them: no keys, no arguments, and labels with few values.
import { missReasons, type MethodStatistics } from '../core/insight/counts.js';
import type { Durations } from '../core/insight/histogram.js';
import type { CacheStatistics } from '../core/insight/statistics.js';

/** `method`: a method, or a kind of keys; at most a thousand, of which the last is everything else. */
export type Label = 'method' | 'tier' | 'reason' | 'outcome';

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<Label, string>>>;
}

export interface Reading {
  /** A `counter` only grows, an `amount` can be added up over instances, a `state` cannot. */
  readonly kind: 'counter' | 'amount' | 'state';
  /** As Prometheus names it, with its base unit, below the prefix. */
  readonly prometheus: string;
  /** As OpenTelemetry names it, below the namespace; what it counts is said by the unit, in UCUM. */
  readonly opentelemetry: string;
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly of: (statistics: CacheStatistics) => readonly Sample[];
}

/** How long something took, each time. */
export interface Distribution {
  readonly prometheus: string;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly of: (
    statistics: CacheStatistics,
  ) => readonly { readonly durations: Durations; readonly labels: Sample['labels'] }[];
}

type Told = Pick<Reading, 'prometheus' | 'opentelemetry' | 'unit' | 'help'>;

const perMethod = (told: Told, countOf: (method: MethodStatistics) => number): Reading => ({
  ...told,
  kind: 'counter',
  labels: ['method'],
  of: ({ methods }) => methods.map((method) => ({ value: countOf(method), labels: { method: method.name } })),
});

const whole =
  (kind: Reading['kind']) =>
  (told: Told, read: (statistics: CacheStatistics) => number): Reading => ({
    ...told,
    kind,
    labels: [],
    of: (statistics) => [{ value: read(statistics), labels: {} }],
  });
const counter = whole('counter');
const amount = whole('amount');
const state = whole('state');

const told = (prometheus: string, opentelemetry: string, unit: string, help: string): Told => ({
  prometheus,
  opentelemetry,
  unit,
  help,
});

const hits: Reading = {
  ...told('hits_total', 'hits', '{hit}', 'Reads answered by what was kept, in memory or in Redis.'),
  kind: 'counter',
  labels: ['method', 'tier'],
  of: ({ methods }) =>
    methods.flatMap(({ name: method, hits: inMemory, sharedHits }) => [
      { value: inMemory, labels: { method, tier: 'memory' } },
      { value: sharedHits, labels: { method, tier: 'redis' } },
    ]),
};

/** Of eleven reasons a method has two or three, so only what has happened is told. */
const misses: Reading = {
  ...told('misses_total', 'misses', '{miss}', 'Reads that went to their source, by the reason why.'),
  kind: 'counter',
  labels: ['method', 'reason'],
  of: ({ methods }) =>
    methods.flatMap(({ name: method, misses: counted }) =>
      missReasons
        .filter((reason) => counted[reason] > 0)
        .map((reason) => ({ value: counted[reason], labels: { method, reason } })),
    ),
};

const transactions: Reading = {
  ...told('transactions_total', 'transactions', '{transaction}', 'Transactions that had changes to tell of.'),
  kind: 'counter',
  labels: ['outcome'],
  of: ({ transactions: { committed, rolledBack } }) => [
    { value: committed, labels: { outcome: 'committed' } },
    { value: rolledBack, labels: { outcome: 'rolled back' } },
  ],
};

/** Where nobody else is, a lease has no end, and nothing is told of it. */
const lease: Reading = {
  ...told('lease_remaining_seconds', 'lease.remaining', 's', 'How long answers may come from memory without renewal.'),
  kind: 'state',
  labels: [],
  of: ({ leaseMs }) => (leaseMs === Infinity ? [] : [{ value: leaseMs / 1_000, labels: {} }]),
};

export const readings: readonly Reading[] = Object.freeze([
  hits,
  misses,
  perMethod(told('blind_hits_total', 'blind_hits', '{hit}', 'Hits in memory while out of step.'), ({ blind }) => blind),
  perMethod(
    told('joined_reads_total', 'joined_reads', '{read}', 'Reads answered by a load that was under way for another.'),
    ({ joined }) => joined,
  ),
  perMethod(told('failed_loads_total', 'failed_loads', '{load}', 'Loads that ended with an error.'), (method) => {
    return method.failedLoads;
  }),
  perMethod(
    told('refreshes_total', 'refreshes', '{load}', 'Loads that nobody waited for.'),
    ({ refreshes }) => refreshes,
  ),
  perMethod(
    told('warmed_entries_total', 'warmed_entries', '{entry}', 'Entries loaded before anybody asked for them.'),
    ({ warmed }) => warmed,
  ),
  perMethod(
    told('audits_total', 'audits', '{audit}', 'Hits that were compared with their source.'),
    ({ audits }) => audits,
  ),
  perMethod(
    told('differences_total', 'differences', '{difference}', 'Audits that found another value than was answered.'),
    ({ differences }) => differences,
  ),
  transactions,
  counter(
    told('invalidated_tags_total', 'invalidated_tags', '{tag}', 'Tags that have changed, here or elsewhere.'),
    ({ invalidations }) => invalidations,
  ),
  counter(
    told('evictions_total', 'evictions', '{entry}', 'Entries that made room for others.'),
    ({ memory }) => memory.evictions,
  ),
  counter(
    told('expirations_total', 'expirations', '{entry}', 'Entries whose time was over.'),
    ({ memory }) => memory.expirations,
  ),
  counter(
    told('faults_total', 'faults', '{fault}', 'What the cache failed at and could do without.'),
    ({ faults }) => faults,
  ),
  counter(told('lapses_total', 'lapses', '{lapse}', 'How often it fell out of step.'), ({ lapses }) => lapses),
  counter(
    told('breaker_openings_total', 'breaker.openings', '{opening}', 'How often Redis was left alone.'),
    ({ breakerOpenings }) => breakerOpenings,
  ),
  amount(
    told('memory_usage_bytes', 'memory.usage', 'By', 'What the entries take in memory.'),
    ({ memory }) => memory.bytes,
  ),
  amount(told('memory_limit_bytes', 'memory.limit', 'By', 'What they may take.'), ({ memory }) => memory.maxBytes),
  amount(told('entries', 'entry.count', '{entry}', 'Entries in memory.'), ({ memory }) => memory.entries),
  amount(told('entries_limit', 'entry.limit', '{entry}', 'How many there may be.'), ({ memory }) => memory.maxEntries),
  amount(
    told('holders', 'holder.count', '{holder}', 'Data rooms, users and the like that hold something in memory.'),
    ({ memory }) => memory.holders,
  ),
  state(told('enabled', 'enabled', '1', '1: the cache is on.'), ({ enabled }) => Number(enabled)),
  state(told('in_step', 'in_step', '1', '1: it may answer from memory.'), ({ inStep }) => Number(inStep)),
  state(told('breaker_open', 'breaker.open', '1', '1: Redis does not answer and is left alone.'), ({ breakerOpen }) =>
    Number(breakerOpen),
  ),
  lease,
]);

export const distributions: readonly Distribution[] = Object.freeze([
  {
    prometheus: 'load_duration_seconds',
    help: 'How long loads took, those that failed included.',
    labels: ['method'],
    of: ({ methods }) => methods.map(({ name: method, loads: durations }) => ({ durations, labels: { method } })),
  },
  {
    prometheus: 'commit_wait_seconds',
    help: 'How long commits waited until every instance had heard of them.',
    labels: [],
    of: ({ transactions: { commitWaits: durations } }) => [{ durations, labels: {} }],
  },
]);
