// What stands in Redis, and what is asked there, when an application has used its cache in every way it has.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import type { Cache as CacheManager } from 'cache-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Cache, Cached, InvalidatesTags } from '@data-room/cache';
import { boot, closeAll } from '../nest/boot.js';
import { Monitor } from '../support/monitor.js';
import { RedisServer } from '../support/redis-server.js';

@Injectable()
class Folders {
  loads = 0;

  @Cached({ tags: (_folder, id) => [`folder:${id}`] })
  async folder(id: number): Promise<{ id: number; at: Date }> {
    this.loads++;
    return { id, at: new Date(0) };
  }

  @InvalidatesTags((_nothing, id) => [`folder:${id}`])
  async rename(_id: number): Promise<void> {}
}

let server: RedisServer;
beforeAll(async () => void (server = await RedisServer.start()));
afterAll(async () => {
  await closeAll();
  await server.stop();
});

it('nothing is asked that looks through all keys or empties a database, and nothing is left for ever but the list', async () => {
  const prefix = randomUUID();
  const stranger = randomUUID();
  await server.client.set(stranger, 'of somebody else');
  const monitor = await Monitor.on(server);
  const start = () => boot({ providers: [Folders] }, { redisUrl: server.url, prefix, fallbackTtl: 0 });
  const applications = [await start(), await start()];
  const folders = applications.map((app) => app.get(Folders));
  const isCached = async () => {
    for (const one of folders) await one.folder(0);
    const before = folders.map(({ loads }) => loads).join();
    for (const one of folders) await one.folder(0);
    return before === folders.map(({ loads }) => loads).join();
  };
  for (let tries = 0; !(await isCached()) && tries < 500; tries++) await pause(10);
  expect(await isCached()).toBe(true);

  for (const app of applications) {
    const [cache, manager, own] = [app.get(Cache), app.get<CacheManager>(CACHE_MANAGER), app.get(Folders)];
    for (let id = 0; id < 20; id++) await own.folder(id);
    for (let id = 0; id < 5; id++) await own.rename(id);
    await cache.set(cache.key('kept'), new Map([[1, 2]]), { tags: ['folder:1'], ttl: '1d' });
    await cache.setMany([{ key: cache.key('a'), value: 1 }]);
    await cache.getMany([cache.key('a'), cache.key('b')]);
    await cache.getOrLoad(cache.key('loaded'), {}, async () => 'loaded');
    await cache.delete(cache.key('kept'));
    await cache.invalidateTags(['folder:*']);
    await manager.set('for a minute', 1, 60_000);
    await manager.set('for ever', 1, 0);
    await manager.mset([{ key: 'one', value: 1, ttl: 1_000 }]);
    await manager.mget(['one', 'two']);
    await manager.wrap('wrapped', async () => 1, 60_000);
    await manager.ttl('wrapped');
    await manager.del('one');
    await manager.mdel(['for a minute', 'two']);
    await pause(50);
    await manager.clear();
    await cache.clear();
    for (let id = 0; id < 20; id++) await own.folder(id);
    await cache.getOrLoad(cache.key('loaded'), {}, async () => 'loaded');
    await manager.wrap('wrapped again', async () => 1, 0);
  }
  await pause(200);
  const asked = await monitor.take();
  monitor.stop();

  const commands = new Set(asked.map(({ command }) => command));
  expect([...commands]).toEqual(expect.arrayContaining(['EVALSHA', 'GET', 'SET', 'HSET']));
  expect([...commands].filter((name) => /KEYS|SCAN|FLUSH|SORT|DBSIZE|CONFIG|SWAPDB/.test(name))).toEqual([]);
  expect(await server.client.get(stranger)).toBe('of somebody else');
  const keys = (await server.client.keys('*')).filter((key) => key !== stranger);
  expect(keys.length).toBeGreaterThan(25);
  expect(keys.filter((key) => !key.includes(prefix))).toEqual([]);
  const forever: string[] = [];
  for (const key of keys) if ((await server.client.pttl(key)) < 0) forever.push(key);
  expect(forever.sort()).toEqual(
    ['changes', 'fences', 'list', 'members'].map((name) => `{${prefix}}:coherence:${name}`),
  );
});
