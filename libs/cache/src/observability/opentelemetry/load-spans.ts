import type { Histogram, Span, Tracer } from '@opentelemetry/api';
import type { Cache } from '../../core/cache.js';
import { bounds } from '../../core/insight/histogram.js';
import { followLoads, type LoadTrace } from '../../core/insight/tracing.js';
import { errorType, methodName, missReason, typeOfError } from './names.js';

interface LoadSpansParts {
  readonly api: typeof import('@opentelemetry/api');
  readonly cache: Cache;
  readonly tracer: Tracer;
  readonly durations: Histogram;
}

interface Open {
  readonly span: Span;
  readonly startedAt: number;
}

/** The bounds of `durations`, in seconds. */
export const durationBounds: number[] = bounds.map((ms) => ms / 1_000);

/**
 * A span for each load of one cache. It is a child of whatever was going on where the load began, and what the load does, queries for
 * instance, become its children. Who joins a load that is under way has no span of his own.
 */
export class LoadSpans {
  readonly #parts: LoadSpansParts;
  readonly #open = new Map<LoadTrace, Open>();
  readonly #unfollow: () => void;

  constructor(parts: LoadSpansParts) {
    this.#parts = parts;
    this.#unfollow = followLoads({
      started: (trace) => this.#guarded(() => this.#started(trace)),
      ended: (trace, failure) => this.#guarded(() => this.#ended(trace, failure)),
    });
  }

  stop(): void {
    this.#unfollow();
    for (const { span } of this.#open.values()) span.end();
    this.#open.clear();
  }

  #started(trace: LoadTrace): void {
    const { api, cache, tracer } = this.#parts;
    if (trace.cache !== cache) return;
    const { name, reason, around } = trace;
    const attributes = { [methodName]: name, ...(reason !== undefined && { [missReason]: reason }) };
    const outside = api.context.active();
    const span = tracer.startSpan(`load ${name}`, { attributes }, outside);
    const inside = api.trace.setSpan(outside, span);
    trace.around = (load) => around(() => api.context.with(inside, load));
    this.#open.set(trace, { span, startedAt: performance.now() });
  }

  #ended(trace: LoadTrace, failure: { readonly error: unknown } | undefined): void {
    const open = this.#open.get(trace);
    if (open === undefined) return;
    this.#open.delete(trace);
    const { api, durations } = this.#parts;
    const { span, startedAt } = open;
    const error = failure && { [errorType]: typeOfError(failure.error) };
    durations.record((performance.now() - startedAt) / 1_000, { [methodName]: trace.name, ...error });
    if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR }).setAttributes(error);
    span.end();
  }

  /** A sampler or processor that fails costs a span, and no load. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.api.diag.error('A load of the cache could not be traced.', error);
    }
  }
}
