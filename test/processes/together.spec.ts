// What processes that share a Redis do for each other, and what they do when it stands still.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Client } from 'pg';
import { Database } from '../support/database.js';
import { Instance, Judge } from '../support/instances.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

jest.setTimeout(120_000);

const rows = 10;
const reading = { kind: 'work', rows: 8, readers: 8, writers: 0, pauseMs: 0 } as const;

describe('processes that share a Redis', () => {
  let judge: Judge;
  let redis: RedisServer;
  let proxy: TcpProxy;
  let database: Database;
  let client: Client;
  let instances: Instance[];

  beforeEach(async () => {
    judge = new Judge();
    instances = [];
    [redis, database] = await Promise.all([RedisServer.start(), Database.create()]);
    proxy = await TcpProxy.start(redis.url);
    client = await database.client();
    await client.query(`
      CREATE TABLE row (id int PRIMARY KEY, version int NOT NULL);
      INSERT INTO row SELECT id, 1 FROM generate_series(1, ${rows}) id;`);
  });
  afterEach(async () => {
    for (const instance of instances) instance.signal('SIGKILL');
    await client.end();
    await proxy.stop();
    await redis.stop();
    await database.drop();
  });

  async function start(name: string, variables: Record<string, string> = {}): Promise<Instance> {
    const instance = await Instance.start(name, judge, {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      CACHE_PREFIX: 'together',
      CACHE_OUTAGE_TABLE: 'create',
      CACHE_FALLBACK_TTL: '0',
      ...variables,
    });
    instances.push(instance);
    return instance;
  }

  async function inStep(instance: Instance): Promise<void> {
    for (let tries = 0; !instance.output.includes('In step') && tries < 300; tries++) await pause(20);
    expect(instance.output).toContain('In step');
  }

  it('load a cold key once, though each has a thousand who ask for it', async () => {
    // Whoever waits longer than the budget for Redis loads for himself, and four thousand callers keep a small machine busy.
    for (const name of ['one', 'two', 'three', 'four']) await start(name, { CACHE_BUDGET_MS: '5000' });
    for (const instance of instances) await inStep(instance);

    for (let id = 1; id <= 10; id++) {
      for (const instance of instances) instance.tell({ kind: 'crowd', id, callers: 1_000 });
      for (let tries = 0; instances.some(({ reads }) => reads < id * 1_000) && tries < 300; tries++) await pause(20);
    }

    expect(instances.map(({ reads }) => reads)).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(instances.reduce((sum, { loads }) => sum + loads, 0)).toBe(10);
  });

  it('wait for a Redis that stands still no longer than the budget, and are soon in step when it goes on', async () => {
    const [off, on] = [await start('off', { CACHE_ENABLED: 'false' }), await start('on')];
    await inStep(on);
    for (const instance of [off, on]) instance.tell(reading);
    await pause(1_500);
    for (const { latencies } of [off, on]) latencies.reads.length = 0;
    redis.freeze();
    await pause(3_000);
    const [uncached, frozen] = [off, on].map(({ latencies }) => percentile(latencies.reads.splice(0), 99)) as [
      number,
      number,
    ];
    redis.thaw();
    await pause(2_000);

    expect(frozen).toBeLessThan(100_000 + uncached);
    expect(await on.hitRate(500)).toBeGreaterThan(0.9);
    expect([...off.failures, ...on.failures]).toEqual([]);
  });

  it('answer from memory for as long as CACHE_FALLBACK_TTL allows, and nothing that is older', async () => {
    const fallbackMs = 2_000;
    const reader = await start('reader', { REDIS_URL: `redis://127.0.0.1:${proxy.port}`, CACHE_FALLBACK_TTL: '2' });
    const writer = await start('writer');
    let watching = true;
    const watched = judge.watch(client, () => watching);
    await Promise.all([inStep(reader), inStep(writer)]);
    reader.tell(reading);
    writer.tell({ kind: 'work', rows: 8, readers: 0, writers: 2, pauseMs: 20 });
    await pause(1_000);
    expect(judge.verdict()).toEqual([]);

    proxy.cut();
    const rate = await reader.hitRate(6_000);
    proxy.mend();
    await pause(3_000);
    watching = false;
    await watched;

    expect(rate).toBeGreaterThan(0.9);
    expect(judge.verdict(fallbackMs)).toEqual([]);
    expect(reader.output).toContain('In step again');
  });
});

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Infinity;
}
