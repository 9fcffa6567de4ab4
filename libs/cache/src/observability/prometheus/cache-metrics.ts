import type { OpenMetricsContentType, PrometheusContentType, Registry } from 'prom-client';
import type { Cache } from '../../core/cache.js';
import { CacheError } from '../../core/errors.js';
import { optionalPackage } from '../../core/optional-package.js';
import { distributions, readings, type Distribution, type Reading } from '../readings.js';
import { countedHistogram } from './counted-histogram.js';

type Register = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

export interface CacheMetricsOptions {
  /** Where the metrics are registered. Default: the register of prom-client, which everybody shares. */
  readonly register?: Register;
  /** What their names begin with. Default: `data_room_cache_`. */
  readonly prefix?: string;
}

/**
 * Has prom-client tell what a cache has counted. It is read when somebody scrapes, and costs nothing until then. The answer takes
 * the metrics out of the register again.
 *
 * ```ts
 * const unregister = await registerCacheMetrics(app.get(Cache));
 * ```
 */
export async function registerCacheMetrics(cache: Cache, options: CacheMetricsOptions = {}): Promise<() => void> {
  const wanted = { name: 'prom-client', install: 'prom-client@15', neededBy: 'registerCacheMetrics' };
  const client = await optionalPackage(wanted, () => import('prom-client'));
  const { register = client.register, prefix = 'data_room_cache_' } = options;
  const names = [...readings, ...distributions].map(({ prometheus }) => prefix + prometheus);
  refuse(prefix, names, register);

  const statistics = oncePerTurn(() => cache.statistics());
  const configure = ({ prometheus, help, labels: labelNames }: Reading | Distribution) => ({
    name: prefix + prometheus,
    help,
    labelNames,
    registers: [register],
  });
  const metrics = [
    ...readings.map((reading) =>
      reading.kind === 'counter'
        ? new client.Counter({
            ...configure(reading),
            collect() {
              this.reset();
              for (const { value, labels } of reading.of(statistics())) this.inc(labels, value);
            },
          })
        : new client.Gauge({
            ...configure(reading),
            collect() {
              // A reset would leave a zero where there is nothing to tell.
              this.remove();
              for (const { value, labels } of reading.of(statistics())) this.set(labels, value);
            },
          }),
    ),
    ...distributions.map((reading) => countedHistogram(client, configure(reading), () => reading.of(statistics()))),
  ];
  return () =>
    names.forEach((name, index) => {
      // The register may have been cleared meanwhile, and the name be another's.
      if (register.getSingleMetric(name) === metrics[index]) register.removeSingleMetric(name);
    });
}

function refuse(prefix: string, names: readonly string[], register: Register): void {
  if (!/^([a-z_]\w*)?$/i.test(prefix)) {
    const sentence = `must be letters, digits and underscores and begin with no digit, got ${JSON.stringify(prefix)}.`;
    throw new CacheError('CACHE_OPTIONS_INVALID', `prefix ${sentence} Leave it out for data_room_cache_.`);
  }
  const taken = names.find((name) => register.getSingleMetric(name) !== undefined);
  if (taken === undefined) return;
  const advice = 'Take the metrics of the other cache out first, or give this one a prefix or a register of its own.';
  throw new CacheError('CACHE_OPTIONS_INVALID', `The register has a metric ${taken} already. ${advice}`);
}

/** A register asks all its metrics in one turn: they tell of one moment, and are read once. */
function oncePerTurn<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    if (known === undefined) {
      known = { value: read() };
      queueMicrotask(() => (known = undefined));
    }
    return known.value;
  };
}
