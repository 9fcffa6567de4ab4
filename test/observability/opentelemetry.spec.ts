// What OpenTelemetry's own SDK is given: metrics and spans under the names of the conventions, each span in its place.
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, diag, SpanStatusCode, trace, type DiagLogger, type Tracer } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { instrumentCache } from '@data-room/cache/opentelemetry';
import { core } from '../support/core.js';
import { Deferred } from '../support/deferred.js';

const exportedSpans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exportedSpans)] });
const application = tracerProvider.getTracer('application');
const stops: (() => void)[] = [];
let exportedMetrics: InMemoryMetricExporter;
let meterProvider: MeterProvider;

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());
beforeEach(() => {
  exportedMetrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: exportedMetrics, exportIntervalMillis: 2 ** 30 });
  meterProvider = new MeterProvider({ readers: [reader] });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await meterProvider.shutdown();
  exportedSpans.reset();
});

/** A cache of a process that OpenTelemetry watches. */
async function watched() {
  const parts = core();
  const stop = await instrumentCache(parts.cache, { meterProvider, tracerProvider });
  stops.push(stop);
  return {
    ...parts,
    stop,
    key: (argument: string | number) => parts.cache.key('FolderService.contents', { argument }),
  };
}

const spans = () => exportedSpans.getFinishedSpans();
const spanOf = (name: string) => spans().find((span) => span.name === name) as ReadableSpan;
const parentOf = (span: ReadableSpan) => spans().find((other) => other.spanContext().spanId === parentId(span));
const parentId = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId;

async function metrics(): Promise<Map<string, MetricData>> {
  exportedMetrics.reset();
  await meterProvider.forceFlush();
  const scopes = exportedMetrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  const own = scopes.filter(({ scope }) => scope.name === '@data-room/cache');
  return new Map(own.flatMap((scope) => scope.metrics).map((metric) => [metric.descriptor.name, metric]));
}

const points = (metric: MetricData | undefined) =>
  metric?.dataPoints.map(({ attributes, value }) => ({ ...attributes, value }));

/** As an instrumented database driver would. */
const query = async (tracer: Tracer = application) => tracer.startSpan('SELECT folder').end();

describe('the span of a load', () => {
  it('is named after its method, says why it was a miss, and nothing of its key', async () => {
    const { cache, key } = await watched();

    await cache.getOrLoad(key('secret'), { tags: ['folder:secret'] }, async () => 'secret');

    expect(spans()).toHaveLength(1);
    const [span] = spans() as [ReadableSpan];
    expect(span.name).toBe('load FolderService.contents');
    expect(span.instrumentationScope.name).toBe('@data-room/cache');
    expect(span.attributes).toEqual({
      'code.function.name': 'FolderService.contents',
      'data_room_cache.miss.reason': 'cold',
    });
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.events).toEqual([]);
  });

  it('stands between the request and its queries, also those of a load within a load', async () => {
    const { cache, key } = await watched();
    const inner = () => cache.getOrLoad(cache.key('inner', 1), {}, async () => query());
    const load = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await inner();
      await query();
    };

    await application.startActiveSpan('GET /folders', async (request) => {
      await cache.getOrLoad(key(1), {}, load);
      await query();
      request.end();
    });

    const trees = spans().map((span) => `${span.name} < ${parentOf(span)?.name}`);
    expect(trees.sort()).toEqual([
      'GET /folders < undefined',
      'SELECT folder < GET /folders',
      'SELECT folder < load FolderService.contents',
      'SELECT folder < load inner',
      'load FolderService.contents < GET /folders',
      'load inner < load FolderService.contents',
    ]);
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it('is one, however many wait for it, and a hit has none', async () => {
    const { cache, key } = await watched();
    const load = async () => query();

    await Promise.all([1, 2, 3].map(() => cache.getOrLoad(key(1), {}, load)));
    await cache.getOrLoad(key(1), {}, load);

    expect(spans().map(({ name }) => name)).toEqual(['SELECT folder', 'load FolderService.contents']);
  });

  it.each([
    ['is rejected', () => Promise.reject(new RangeError('row secret'))],
    [
      'throws before it gives a promise',
      () => {
        throw new RangeError('row secret');
      },
    ],
  ])('has the class of the error if the load %s, and not what that says', async (_, load) => {
    const { cache, key } = await watched();

    await expect(cache.getOrLoad(key(1), {}, load)).rejects.toThrow('row secret');

    expect(spans()).toHaveLength(1);
    const span = spanOf('load FolderService.contents');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span.attributes).toMatchObject({ 'error.type': 'RangeError' });
    expect(span.events).toEqual([]);
  });

  it('says _OTHER of what is no error', async () => {
    const { cache, key } = await watched();
    const reason: unknown = undefined;

    await expect(cache.getOrLoad(key(1), {}, async () => Promise.reject(reason))).rejects.toBe(undefined);

    expect(spanOf('load FolderService.contents').attributes).toMatchObject({ 'error.type': '_OTHER' });
  });

  it('belongs to its own cache, of several in one process', async () => {
    const [one, other] = [await watched(), await watched()];
    const unwatched = core();
    for (const { cache } of [one, other, unwatched]) await cache.getOrLoad(one.key(1), {}, async () => query());

    expect(spans().map(({ name }) => name)).toEqual([
      'SELECT folder',
      'load FolderService.contents',
      'SELECT folder',
      'load FolderService.contents',
      'SELECT folder',
    ]);
  });

  it('that is open when the watching stops ends there, and no later load has one', async () => {
    const { cache, key, stop } = await watched();
    const slow = new Deferred<void>();
    const read = cache.getOrLoad(key(1), {}, () => slow.promise);

    stop();
    slow.resolve();
    await read;
    await cache.getOrLoad(key(2), {}, async () => 2);

    expect(spans().map(({ name }) => name)).toEqual(['load FolderService.contents']);
    expect((await metrics()).size).toBe(0);
  });

  it('costs no load when the tracer fails', async () => {
    const { cache } = core();
    const broken = { getTracer: () => ({ startSpan: () => fail(), startActiveSpan: () => fail() }) };
    const fail = () => {
      throw new Error('no room for spans');
    };
    const error = jest.fn<DiagLogger['error']>();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} });
    stops.push(await instrumentCache(cache, { meterProvider, tracerProvider: broken }), () => diag.disable());

    await expect(cache.getOrLoad(cache.key('a', 1), {}, async () => 'loaded')).resolves.toBe('loaded');

    expect(error).toHaveBeenCalledWith('A load of the cache could not be traced.', expect.any(Error));
  });

  it('goes where the application has said, if nobody says anything else', async () => {
    trace.setGlobalTracerProvider(tracerProvider);
    const { cache } = core();
    stops.push(await instrumentCache(cache), () => trace.disable());

    await cache.getOrLoad(cache.key('a', 1), {}, async () => 1);

    expect(spans().map(({ name }) => name)).toEqual(['load a']);
  });
});

describe('the metrics', () => {
  it('have names below one namespace, no _total, and units of UCUM', async () => {
    const { cache, key } = await watched();
    await cache.getOrLoad(key(1), {}, async () => 1);

    const all = [...(await metrics()).values()].map(({ descriptor: { name, unit } }) => [name, unit] as const);

    expect(all.length).toBeGreaterThan(20);
    for (const [name, unit] of all) {
      expect(name).toMatch(/^data_room_cache(\.[a-z]+(_[a-z]+)*)+$/);
      expect(name).not.toMatch(/total|seconds|bytes/);
      expect(unit).toMatch(/^(1|s|By|\{[a-z]+\})$/);
    }
  });

  it('tell what has been counted, whenever they are collected', async () => {
    const { cache, key } = await watched();
    const read = (argument: number) => cache.getOrLoad(key(argument), {}, async () => argument);
    for (const argument of [1, 2, 1, 1]) await read(argument);
    const first = await metrics();
    await read(2);
    const second = await metrics();

    const method = 'FolderService.contents';
    expect(first.get('data_room_cache.hits')?.descriptor).toMatchObject({ unit: '{hit}' });
    expect(points(first.get('data_room_cache.hits'))).toEqual([
      { 'code.function.name': method, 'data_room_cache.hit.tier': 'memory', value: 2 },
      { 'code.function.name': method, 'data_room_cache.hit.tier': 'redis', value: 0 },
    ]);
    expect(points(first.get('data_room_cache.misses'))).toEqual([
      { 'code.function.name': method, 'data_room_cache.miss.reason': 'cold', value: 2 },
    ]);
    expect(points(first.get('data_room_cache.entry.count'))).toEqual([{ value: 2 }]);
    expect(points(first.get('data_room_cache.in_step'))).toEqual([{ value: 1 }]);
    expect(points(first.get('data_room_cache.lease.remaining')) ?? []).toEqual([]);
    expect(points(second.get('data_room_cache.hits'))?.[0]).toMatchObject({ value: 3 });
  });

  it('have the durations of loads in a histogram, with the class of the error if one failed', async () => {
    const { cache, key } = await watched();
    await cache.getOrLoad(key(1), {}, async () => 1);
    await expect(cache.getOrLoad(key(2), {}, async () => Promise.reject(new TypeError('no')))).rejects.toThrow('no');

    const loads = (await metrics()).get('data_room_cache.load.duration');

    expect(loads?.descriptor).toMatchObject({ unit: 's' });
    expect(points(loads)).toEqual([
      expect.objectContaining({ 'code.function.name': 'FolderService.contents', value: expect.anything() }),
      expect.objectContaining({ 'error.type': 'TypeError', value: expect.anything() }),
    ]);
    const [ok] = loads?.dataPoints ?? [];
    expect(ok?.attributes).not.toHaveProperty('error.type');
    expect(ok?.value).toMatchObject({ count: 1, buckets: { boundaries: expect.arrayContaining([0.001, 10]) } });
  });

  it('are read by whoever collects, and by nobody on a hit', async () => {
    const { cache, key } = await watched();
    await cache.getOrLoad(key(1), {}, async () => 1);
    const statistics = jest.spyOn(cache, 'statistics');

    for (let hit = 0; hit < 10; hit++) await cache.getOrLoad(key(1), {}, async () => 1);
    expect(statistics).not.toHaveBeenCalled();
    await metrics();

    expect(statistics).toHaveBeenCalledTimes(1);
  });
});
