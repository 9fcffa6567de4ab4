// What a Prometheus that scrapes is told: under which names, how much, and that nothing is done for it in between.
import { describe, expect, it, jest } from '@jest/globals';
import { register as shared, Registry, type OpenMetricsContentType } from 'prom-client';
import { registerCacheMetrics } from '@data-room/cache/prometheus';
import { core } from '../support/core.js';
import { complaintsOfPromtool } from '../support/promtool.js';

/** A cache of which everything has happened that can happen in one process, and its metrics. */
async function scraped() {
  const parts = core({ maxEntries: 3 });
  const { cache, clock } = parts;
  const register = new Registry();
  const unregister = await registerCacheMetrics(cache, { register });
  const load = (key: string, tookMs: number) =>
    cache.getOrLoad(key, { tags: ['folder:7'] }, async () => {
      clock.turn(tookMs);
      return key;
    });
  for (const tookMs of [1, 30, 20_000]) await load(cache.key('contents', { secret: tookMs }), tookMs);
  for (let hit = 0; hit < 4; hit++) await load(cache.key('contents', { secret: 1 }), 1);
  await cache.invalidateTags(['folder:7']);
  await load(cache.key('contents', { secret: 1 }), 3);
  await load(cache.key('a "quoted"\\kind', 1), 1);
  await expect(cache.getOrLoad(cache.key('failing', 1), {}, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  return { ...parts, register, unregister, load };
}

const linesOf = async (register: Registry) => (await register.metrics()).split('\n');
const valueOf = async (register: Registry, name: string) =>
  (await linesOf(register)).find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);

describe('a scrape', () => {
  it('tells of each method how its reads were answered', async () => {
    const { register } = await scraped();

    expect(await linesOf(register)).toEqual(
      expect.arrayContaining([
        '# TYPE data_room_cache_hits_total counter',
        'data_room_cache_hits_total{method="contents",tier="memory"} 4',
        'data_room_cache_hits_total{method="contents",tier="redis"} 0',
        '# TYPE data_room_cache_misses_total counter',
        'data_room_cache_misses_total{method="contents",reason="cold"} 3',
        'data_room_cache_misses_total{method="contents",reason="invalidated"} 1',
        'data_room_cache_failed_loads_total{method="failing"} 1',
        'data_room_cache_invalidated_tags_total 1',
        'data_room_cache_transactions_total{outcome="rolled back"} 0',
        '# TYPE data_room_cache_entries gauge',
        'data_room_cache_entries_limit 3',
        'data_room_cache_in_step 1',
        'data_room_cache_breaker_open 0',
      ]),
    );
  });

  it('tells of no reason that has not occurred, and of no lease that has no end', async () => {
    const text = (await linesOf((await scraped()).register)).join('\n');

    expect(text).not.toContain('reason="disabled"');
    expect(text).not.toMatch(/^data_room_cache_lease_remaining_seconds /m);
  });

  it('has durations in seconds, and in each bucket those of the smaller ones too', async () => {
    const { register } = await scraped();

    const text = await register.getSingleMetricAsString('data_room_cache_load_duration_seconds');

    const buckets = [...text.matchAll(/_bucket\{method="contents",le="([^"]+)"\} (\d+)/g)].map(([, le, n]) => [le, n]);
    expect(text).toContain('# TYPE data_room_cache_load_duration_seconds histogram');
    expect(buckets).toHaveLength(14);
    expect(buckets).toEqual(
      expect.arrayContaining([
        ['0.001', '1'],
        ['0.005', '2'],
        ['0.025', '2'],
        ['0.05', '3'],
        ['10', '3'],
        ['+Inf', '4'],
      ]),
    );
    expect(text).toContain('data_room_cache_load_duration_seconds_count{method="contents"} 4');
    expect(text).toContain('data_room_cache_load_duration_seconds_sum{method="contents"} 20.034');
  });

  it('says no key and no argument', async () => {
    const { register } = await scraped();

    expect(await register.metrics()).not.toMatch(/secret|folder:7/);
  });

  it('is what promtool accepts', async () => {
    const { register } = await scraped();

    expect(await complaintsOfPromtool(await register.metrics())).toBe('');
  });

  it('would not be accepted with a name that is none', async () => {
    const register = new Registry();
    await registerCacheMetrics(core().cache, { register, prefix: 'counterOf_' });

    expect(await complaintsOfPromtool(await register.metrics())).toContain('counterOf_faults_total');
  });

  it('can be one of OpenMetrics', async () => {
    const register = new Registry<OpenMetricsContentType>();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const { cache } = core();
    await registerCacheMetrics(cache, { register });
    await cache.get(cache.key('nothing', 1));

    const lines = (await register.metrics()).split('\n');

    expect(lines).toContain('# TYPE data_room_cache_misses counter');
    expect(lines).toContain('data_room_cache_misses_total{method="nothing",reason="cold"} 1');
    expect(lines.filter((line) => /_total_total/.test(line))).toEqual([]);
  });

  it('reads the cache once, is the only one who does, and finds it as it is by then', async () => {
    const { cache, register, load } = await scraped();
    const statistics = jest.spyOn(cache, 'statistics');
    const hits = 'data_room_cache_hits_total{method="contents",tier="memory"}';
    await load(cache.key('contents', { secret: 1 }), 1);
    await load(cache.key('contents', { secret: 1 }), 1);
    expect(statistics).not.toHaveBeenCalled();

    expect(await valueOf(register, hits)).toBe('6');
    expect(statistics).toHaveBeenCalledTimes(1);
    await load(cache.key('contents', { secret: 1 }), 1);

    expect(await valueOf(register, hits)).toBe('7');
    expect(statistics).toHaveBeenCalledTimes(2);
  });
});

describe('registration', () => {
  it('is by default in the register that everybody shares', async () => {
    const unregister = await registerCacheMetrics(core().cache);
    try {
      expect(shared.getSingleMetric('data_room_cache_hits_total')).toBeDefined();
    } finally {
      unregister();
    }

    expect(shared.getMetricsAsArray()).toEqual([]);
  });

  it('of two caches in one register wants two prefixes, and says so', async () => {
    const register = new Registry();
    await registerCacheMetrics(core().cache, { register });
    const before = register.getMetricsAsArray();

    await expect(registerCacheMetrics(core().cache, { register })).rejects.toThrow(
      'CACHE_OPTIONS_INVALID: The register has a metric data_room_cache_hits_total already. Take the metrics of the other',
    );
    expect(register.getMetricsAsArray()).toEqual(before);
    await registerCacheMetrics(core().cache, { register, prefix: 'other_' });

    expect(await complaintsOfPromtool(await register.metrics())).toBe('');
  });

  it.each(['9lives_', 'with-dash_', 'ümlaut_'])('refuses the prefix %s', async (prefix) => {
    const register = new Registry();

    await expect(registerCacheMetrics(core().cache, { register, prefix })).rejects.toThrow(
      `CACHE_OPTIONS_INVALID: prefix must be letters, digits and underscores and begin with no digit, got "${prefix}".`,
    );
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  it('that is taken back leaves what others have registered meanwhile', async () => {
    const { register, unregister } = await scraped();
    register.clear();
    await registerCacheMetrics(core().cache, { register });
    const others = register.getMetricsAsArray();

    unregister();

    expect(register.getMetricsAsArray()).toEqual(others);
    expect(others.length).toBeGreaterThan(20);
  });
});
