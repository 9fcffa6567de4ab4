import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Cache } from '../../core/cache.js';
import { optionalPackage } from '../../core/optional-package.js';
import { durationBounds, LoadSpans } from './load-spans.js';
import { namespace, scope } from './names.js';
import { observe } from './observables.js';

export interface InstrumentationOptions {
  /** Default: the one that is registered with @opentelemetry/api, which must have happened by now. */
  readonly meterProvider?: MeterProvider;
  readonly tracerProvider?: TracerProvider;
}

/**
 * Gives OpenTelemetry what is counted in a cache, whenever it collects, and a span for each of its loads. Nothing is done for a hit. The
 * answer ends it.
 *
 * Of several caches in one process each is instrumented by itself and has its own spans. Metrics have nothing in them that would
 * tell two caches apart: give each a `meterProvider` of its own.
 *
 * ```ts
 * const stop = await instrumentCache(app.get(Cache));
 * ```
 */
export async function instrumentCache(cache: Cache, options: InstrumentationOptions = {}): Promise<() => void> {
  const wanted = { name: '@opentelemetry/api', install: '@opentelemetry/api@1', neededBy: 'instrumentCache' };
  const api = await optionalPackage(wanted, () => import('@opentelemetry/api'));
  const { meterProvider = api.metrics, tracerProvider = api.trace } = options;
  const meter = meterProvider.getMeter(scope);
  const durations = meter.createHistogram(`${namespace}.load.duration`, {
    unit: 's',
    description: 'How long loads took.',
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const spans = new LoadSpans({ api, cache, tracer: tracerProvider.getTracer(scope), durations });
  const unobserve = observe(meter, cache);
  return () => {
    spans.stop();
    unobserve();
  };
}
