import type { Attributes, Meter, Observable } from '@opentelemetry/api';
import type { Cache } from '../../core/cache.js';
import { readings, type Reading, type Sample } from '../readings.js';
import { attributeOf, namespace } from './names.js';

/** OpenTelemetry has no histogram that is read when somebody wants to know, so of what is only counted it gets number and sum. */
const commitWaits: readonly Reading[] = [
  {
    kind: 'counter',
    prometheus: 'commit_wait_seconds_count',
    opentelemetry: 'commit.waits',
    unit: '{commit}',
    help: 'Commits that waited until every instance had heard of them.',
    labels: [],
    of: ({ transactions: { commitWaits: waits } }) => [{ value: waits.count, labels: {} }],
  },
  {
    kind: 'counter',
    prometheus: 'commit_wait_seconds_sum',
    opentelemetry: 'commit.wait.time',
    unit: 's',
    help: 'How long they waited.',
    labels: [],
    of: ({ transactions: { commitWaits: waits } }) => [{ value: waits.sumMs / 1_000, labels: {} }],
  },
];

/** Has a meter read what a cache has counted, whenever somebody collects. The answer ends it. */
export function observe(meter: Meter, cache: Cache): () => void {
  const observables = [...readings, ...commitWaits].map((reading) => ({ reading, observable: create(meter, reading) }));
  const all = observables.map(({ observable }) => observable);
  const collect: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const statistics = cache.statistics();
    for (const { reading, observable } of observables)
      for (const { value, labels } of reading.of(statistics)) result.observe(observable, value, attributesOf(labels));
  };
  meter.addBatchObservableCallback(collect, all);
  return () => meter.removeBatchObservableCallback(collect, all);
}

function create(meter: Meter, { kind, opentelemetry, unit, help: description }: Reading): Observable {
  const name = `${namespace}.${opentelemetry}`;
  if (kind === 'counter') return meter.createObservableCounter(name, { unit, description });
  if (kind === 'amount') return meter.createObservableUpDownCounter(name, { unit, description });
  return meter.createObservableGauge(name, { unit, description });
}

function attributesOf(labels: Sample['labels']): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [Reflect.get(attributeOf, label), value]));
}
