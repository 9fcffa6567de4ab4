// What it costs to ask for many at once, in round trips to a real Redis.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import type { Cache as CacheManager } from 'cache-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cache, CachedMany } from '@data-room/cache';
import { slotOf } from '../../libs/cache/src/redis/slot.js';
import { boot, closeAll } from '../nest/boot.js';
import { Monitor } from '../support/monitor.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisServer } from '../support/redis-server.js';
import { scriptOf } from './script-names.js';

interface Row {
  readonly id: number;
  readonly text: string;
}

@Injectable()
class Rows {
  readonly calls: number[][] = [];

  @CachedMany({ id: (row) => row.id, tags: (_row, id) => [`row:${id}`] })
  async byIds(ids: number[]): Promise<Row[]> {
    this.calls.push(ids);
    return ids.filter((id) => id < 1_000).map((id) => ({ id, text: `text of ${id}` }));
  }
}

async function applications(redisUrl: string, prefix: string) {
  const start = () => boot({ providers: [Rows] }, { redisUrl, prefix, fallbackTtl: 0 });
  const both = [await start(), await start()] as const;
  for (const app of both)
    for (const cache = app.get(Cache); (await cache.get('in step')) !== true; await pause(10))
      await cache.set('in step', true);
  return both;
}

const rowIds = Array.from({ length: 50 }, (_, id) => id);

describe('on a server', () => {
  const prefix = randomUUID();
  let server: RedisServer;
  let monitor: Monitor;
  let apps: Awaited<ReturnType<typeof applications>>;
  let caches: readonly [Cache, Cache];
  let round = 0;
  let keys: string[];

  beforeAll(async () => {
    server = await RedisServer.start();
    apps = await applications(server.url, prefix);
    caches = [apps[0].get(Cache), apps[1].get(Cache)];
    // A script that a connection has not run yet is sent in full.
    for (const cache of caches) await cache.invalidateTags(['any']);
    monitor = await Monitor.on(server);
  });
  beforeEach(() => {
    round++;
    keys = rowIds.map((id) => caches[0].key(`many ${round}`, id));
  });
  afterAll(async () => {
    monitor.stop();
    await closeAll();
    await server.stop();
  });

  /** What both applications sent, but for the keeping of the list. */
  async function sent(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await monitor.take();
    await work();
    const counts: Record<string, number> = {};
    for (const asked of await monitor.take()) {
      const what = asked.command === 'EVALSHA' ? scriptOf(asked) : asked.command;
      if (asked.by !== 'lua' && what !== 'renew') counts[what] = (counts[what] ?? 0) + 1;
    }
    return counts;
  }

  async function areStored(): Promise<void> {
    for (let tries = 0; (await server.client.exists(keys)) < keys.length && tries < 200; tries++) await pause(5);
  }

  it('setMany raises one fence, settles it once, and writes each entry; getMany elsewhere asks once for all', async () => {
    const written = await sent(async () => {
      await caches[0].setMany(keys.map((key, value) => ({ key, value, tags: [`row:${value}`] })));
      await areStored();
    });
    expect(written).toMatchObject({ fence: 1, settle: 1, SET: keys.length });
    expect(written.GET ?? 0).toBe(0);

    let found: unknown[] = [];
    expect(await sent(async () => (found = await caches[1].getMany([...keys, 'none', keys[0]!])))).toEqual({ MGET: 1 });
    expect(found).toEqual([...rowIds, undefined, 0]);
    expect(await sent(() => caches[1].getMany(keys))).toEqual({});
  });

  it('an entry that has changed since is asked for with the others and not answered', async () => {
    await caches[0].setMany(keys.map((key, value) => ({ key, value, tags: [`row:${value}`] })));
    await areStored();
    await caches[0].invalidateTags(['row:3']);

    expect(await caches[1].getMany(keys)).toEqual(rowIds.map((id) => (id === 3 ? undefined : id)));
  });

  it('rows that another process has loaded take one round trip and no load, and those that are missing one call', async () => {
    const [one, other] = [apps[0].get(Rows), apps[1].get(Rows)];
    const evens = rowIds.filter((id) => id % 2 === 0);
    const rows = await one.byIds([...evens, 5_000]);
    keys = evens.map((id) => caches[0].key('Rows.byIds', id));
    await areStored();

    let found: Row[] = [];
    const asked = await sent(async () => (found = await other.byIds([...evens, 5_000])));

    expect(asked).toEqual({ MGET: 1 });
    expect(found).toEqual(rows);
    expect(other.calls).toEqual([]);
    expect(await sent(() => other.byIds([1, ...evens, 3]))).toMatchObject({ MGET: 1 });
    expect(other.calls).toEqual([[1, 3]]);
  });

  it('the face of cache-manager asks, tells and forgets with one round trip each', async () => {
    const managers = apps.map((app) => app.get<CacheManager>(CACHE_MANAGER));
    const list = rowIds.map((id) => ({ key: `row ${round} ${id}`, value: id, ttl: 60_000 }));
    const names = list.map(({ key }) => key);
    keys = names.map((name) => caches[0].key('cache-manager', name));
    const written = await sent(async () => {
      await managers[0]!.mset(list);
      await areStored();
    });
    expect(written).toMatchObject({ fence: 1, settle: 1 });

    expect(await sent(async () => expect(await managers[1]!.mget(names)).toEqual(rowIds))).toEqual({ MGET: 1 });
    expect(await sent(() => managers[1]!.mdel(names))).toEqual({ fence: 1, settle: 1 });
    expect(await managers[0]!.mget(names)).toEqual(rowIds.map(() => undefined));
  });

  it('answers within the budget from the source when Redis stands still, and says why', async () => {
    const [one] = [apps[0].get(Rows)];
    one.calls.length = 0;
    server.freeze();
    const begun = performance.now();
    const rows = await one.byIds([901, 902]);
    const took = performance.now() - begun;
    server.thaw();

    expect(rows).toHaveLength(2);
    expect(one.calls).toEqual([[901, 902]]);
    expect(took).toBeLessThan(1_000);
    const { misses } = caches[0].statistics().methods.find(({ name }) => name === 'Rows.byIds')!;
    expect(misses['redis error']).toBe(2);
  });
});

describe('on a cluster', () => {
  it('asks once for each slot, all of them at the same time', async () => {
    const cluster = await RedisCluster.start();
    const [one, other] = await applications(cluster.url, randomUUID());
    const [cache, elsewhere] = [one.get(Cache), other.get(Cache)];
    const apart = rowIds.map((id) => cache.key(id));
    // In one slot, by the part in braces.
    const together = rowIds.map((id) => `${cache.key('{slot}')}${id}`);
    const keys = [...apart, ...together];
    const slots = new Set(keys.map(slotOf));
    expect(slots.size).toBeLessThanOrEqual(51);
    await cache.setMany(keys.map((key, at) => ({ key, value: at })));
    const stored = async () => {
      const sizes = await Promise.all(cluster.masters.map(({ client }) => client.dbsize()));
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    for (let tries = 0; (await stored()) < keys.length + 4 && tries < 200; tries++) await pause(5);
    const asked = async () => {
      const told = await Promise.all(cluster.masters.map(({ client }) => client.info('commandstats')));
      return told.reduce((sum, text) => sum + Number(/cmdstat_mget:calls=(\d+)/.exec(text)?.[1] ?? 0), 0);
    };
    const before = await asked();

    expect(await elsewhere.getMany(keys)).toEqual(keys.map((_, at) => at));
    expect((await asked()) - before).toBe(slots.size);
    await closeAll();
    await cluster.stop();
  });
});
