import type { Histogram, HistogramConfiguration } from 'prom-client';
import { bounds, type Durations } from '../../core/insight/histogram.js';

interface Counted {
  readonly durations: Durations;
  readonly labels: Readonly<Record<string, string>>;
}

/** In seconds. The last bucket is for those beyond every bound. */
const upperBounds: readonly (string | number)[] = [...bounds.map((ms) => ms / 1_000), '+Inf'];

/** A histogram of what was counted elsewhere: prom-client's own can only be told of one duration after another. */
export function countedHistogram(
  { Histogram: Base }: { readonly Histogram: new (configuration: HistogramConfiguration<string>) => Histogram },
  configuration: HistogramConfiguration<string>,
  read: () => readonly Counted[],
): Histogram {
  // It says what prom-client wants to know of a histogram besides its values, and is in no register.
  const empty = new Base({ ...configuration, registers: [] });

  class CountedHistogram extends Base {
    override async get(): ReturnType<Histogram['get']> {
      // Before anything is waited for: all metrics of a scrape tell of one moment.
      const values = read().flatMap((counted) => valuesOf(configuration.name, counted));
      return { ...(await empty.get()), values };
    }

    /** What a register calls for the text of a scrape, if a metric has it. */
    getForPromString(): ReturnType<Histogram['get']> {
      return this.get();
    }
  }
  return new CountedHistogram(configuration);
}

function valuesOf(name: string, { durations, labels }: Counted) {
  let upTo = 0;
  const buckets = durations.buckets.map((count, index) => {
    upTo += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: upperBounds[index]! }, value: upTo };
  });
  const sum = { metricName: `${name}_sum`, labels, value: durations.sumMs / 1_000 };
  return [...buckets, sum, { metricName: `${name}_count`, labels, value: durations.count }];
}
