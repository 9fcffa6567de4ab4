// @Cached({ warm, refreshAhead }): what an application has loaded before anybody asks.
import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Scope as Lifetime, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Cache, Cached, type CacheModuleOptions } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll } from './boot.js';

afterEach(closeAll);

/** Looks until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 1_000; tries++) await pause(10);
  expect(isSo()).toBe(true);
}

@Injectable()
class Rooms implements OnModuleInit {
  readonly loads: string[] = [];
  ids: readonly string[] = [];

  async onModuleInit(): Promise<void> {
    await pause(5);
    this.ids = ['a', 'b', 'c'];
  }

  @Cached({
    scope: (id) => ({ room: id }),
    tags: (_contents, id) => [`room:${id}`],
    warm: {
      calls() {
        return this.ids.map((id): [string] => [id]);
      },
      every: '1h',
    },
  })
  async contents(id: string): Promise<string> {
    this.loads.push(id);
    return `contents of ${id}`;
  }

  @Cached({
    scope: 'user',
    warm: { calls: async () => [[1], [2]], within: { user: 7 }, atStart: false },
  })
  async mine(page: number): Promise<number> {
    this.loads.push(`page ${page}`);
    return page;
  }
}

async function start(options: CacheModuleOptions = {}) {
  const app = await boot({ providers: [Rooms] }, options);
  const runtime = app.get<Runtime>(RUNTIME);
  return { app, rooms: app.get(Rooms), cache: app.get(Cache), runtime, warmings: () => runtime.insight.warmings };
}

describe('a method with warm', () => {
  it('is called when everything has been initialised, and answered from memory then', async () => {
    const { rooms, cache, warmings } = await start();
    await until(() => warmings()[0]!.state === 'done');
    expect(warmings()).toMatchObject([
      { name: 'Rooms.contents', total: 3, done: 3, loaded: 3, failed: 0 },
      { name: 'Rooms.mine', state: 'waiting', startedAt: null },
    ]);

    expect([await rooms.contents('b'), rooms.loads]).toEqual(['contents of b', ['a', 'b', 'c']]);
    const counted = cache.statistics().methods.find(({ name }) => name === 'Rooms.contents');
    expect(counted).toMatchObject({ warmed: 3, hits: 1, misses: { cold: 0 } });
  });

  it('is warmed by name when somebody says so, on behalf of whom it says', async () => {
    const { rooms, cache, runtime, warmings } = await start();

    expect([runtime.warmer.begin('Rooms.mine'), runtime.warmer.begin('Rooms.nothing')]).toEqual([true, false]);
    await until(() => warmings()[1]!.state === 'done');

    expect(warmings()[1]).toMatchObject({ total: 2, loaded: 2, failed: 0 });
    await cache.within({ user: 7 }, () => rooms.mine(1));
    expect(rooms.loads.filter((load) => load === 'page 1')).toEqual(['page 1']);
    await cache.within({ user: 8 }, () => rooms.mine(1));
    expect(rooms.loads.filter((load) => load === 'page 1')).toEqual(['page 1', 'page 1']);
  });

  it('is not warmed where nothing is cached', async () => {
    const { rooms, warmings } = await start({ enabled: false });
    await pause(50);

    expect([rooms.loads, warmings().map(({ state }) => state)]).toEqual([[], ['waiting', 'waiting']]);
  });

  it('is refused with a scope that nothing around it says, on instances of requests, and with nonsense', async () => {
    const within = () => {
      class Users {
        @Cached({ scope: ['user', 'tenant'], warm: { calls: () => [[1]], within: { user: 7 } } })
        async mine(_page: number): Promise<void> {}
      }
      return Users;
    };
    expect(within).toThrow('warm.within of @Cached on Users.mine must say the tenant of its scope, got { user: 7 }');
    for (const warm of [{ every: '25d' }, { every: 0 }, { share: 2 }, { calls: [] as never }] as const) {
      const wrong = () =>
        Cached({ warm: { calls: () => [], ...warm } })(Rooms.prototype as object, 'x', { value: async () => 1 });
      expect(wrong).toThrow('CACHE_OPTIONS_INVALID');
    }

    @Injectable({ scope: Lifetime.REQUEST })
    class OfRequests {
      @Cached({ refreshAhead: true })
      async one(): Promise<void> {}
    }
    await expect(boot({ providers: [OfRequests] })).rejects.toThrow(
      'CACHE_OPTIONS_INVALID: OfRequests.one has refreshAhead, and stands on instances that each request has of its own',
    );
  });

  it('stops at once when the application closes, before what it asks is closed', async () => {
    @Injectable()
    class Slow implements OnApplicationShutdown {
      isOpen = true;
      loads = 0;
      afterwards = 0;

      onApplicationShutdown(): void {
        this.isOpen = false;
      }

      @Cached({
        warm: { calls: () => Array.from({ length: 1_000 }, (_, at): [number] => [at]), share: 1, concurrency: 1 },
      })
      async one(_at: number): Promise<void> {
        this.loads++;
        if (!this.isOpen) this.afterwards++;
        await pause(20);
      }
    }
    const app = await boot({ providers: [Slow] });
    const slow = app.get(Slow);
    await until(() => slow.loads > 2);
    const { insight } = app.get<Runtime>(RUNTIME);

    const begun = performance.now();
    await app.close();
    expect(performance.now() - begun).toBeLessThan(500);
    const { loads } = slow;
    await pause(100);

    expect([slow.loads - loads, slow.afterwards, insight.warmings[0]!.state]).toEqual([0, 0, 'stopped']);
  });
});

describe('among processes that share a Redis', () => {
  it('is warmed by one at a time, and the next one loads nothing', async () => {
    const redis = await RedisServer.start();
    try {
      const options = { redisUrl: redis.url, fallbackTtl: 0, outageTable: 'off' } as const;
      const first = await start(options);
      await until(() => first.warmings()[0]!.state === 'done');
      await until(() => first.warmings()[0]!.loaded === 3);
      const second = await start(options);
      await until(() => second.warmings()[0]!.state === 'done');

      expect(second.warmings()[0]).toMatchObject({ done: 3, loaded: 0 });
      expect([await second.rooms.contents('a'), second.rooms.loads]).toEqual(['contents of a', []]);
      const counted = second.cache.statistics().methods.find(({ name }) => name === 'Rooms.contents');
      expect(counted).toMatchObject({ hits: 1, sharedHits: 0, warmed: 0 });
    } finally {
      await closeAll();
      await redis.stop();
    }
  });

  it('an entry that both use is refreshed by one of them, and nobody waits', async () => {
    @Injectable()
    class Pages {
      loads = 0;

      @Cached({ ttl: '6s', refreshAhead: 0.5 })
      async page(_id: string): Promise<number> {
        this.loads++;
        return performance.now();
      }
    }
    const redis = await RedisServer.start();
    try {
      const options = { redisUrl: redis.url, fallbackTtl: 0, outageTable: 'off' } as const;
      const both = [await boot({ providers: [Pages] }, options), await boot({ providers: [Pages] }, options)];
      for (const app of both) await until(() => app.get(Cache).statistics().inStep);
      const pages = both.map((app) => app.get(Pages));
      const read = async () => [await pages[0]!.page('a'), await pages[1]!.page('a')] as const;
      const [first] = await read();
      const began = performance.now();
      const answers: (readonly [number, number])[] = [];
      for (; performance.now() - began < 8_000; await pause(100)) answers.push(await read());

      expect(answers.at(-1)![0]).toBe(answers.at(-1)![1]);
      expect(answers.at(-1)![0]).toBeGreaterThan(first);
      // The first load, and the refreshes after three and after six seconds.
      expect(pages[0]!.loads + pages[1]!.loads).toBeLessThanOrEqual(3);
      const missed = both.map(
        (app) =>
          app
            .get(Cache)
            .statistics()
            .methods.find(({ name }) => name === 'Pages.page')!.misses,
      );
      expect(missed.map(({ expired }) => expired)).toEqual([0, 0]);
    } finally {
      await closeAll();
      await redis.stop();
    }
  });
});

describe('a method with refreshAhead', () => {
  const requests = new AsyncLocalStorage<object>();

  interface Query {
    page: number;
    extra?: unknown;
  }

  @Injectable()
  class Listings {
    readonly loads: unknown[] = [];

    constructor(@Inject(Cache) readonly cache: Cache) {}

    @Cached({ ttl: '2s', refreshAhead: 0.5 })
    async page(query: Query): Promise<number> {
      this.loads.push([query.page, requests.getStore()]);
      query.page = -1;
      return this.loads.length;
    }

    @Cached({ ttl: '2s', refreshAhead: 0.5, key: ({ page }) => page })
    async byRequest(query: Query): Promise<number> {
      this.loads.push(query.page);
      return this.loads.length;
    }

    @Cached({ ttl: '2s' })
    async plain(_id: string): Promise<number> {
      return this.loads.push('plain');
    }
  }

  it('I31: is called with what it was called with, and without a request', async () => {
    const app = await boot({ providers: [Listings] });
    const listings = app.get(Listings);
    await requests.run({ url: '/' }, async () => {
      const query = { page: 3 };
      expect(await listings.page(query)).toBe(1);
      query.page = 4;
      expect(await listings.page({ page: 3 })).toBe(1);
    });

    await until(() => listings.loads.length === 2);
    expect(listings.loads).toEqual([
      [3, { url: '/' }],
      [3, undefined],
    ]);
    await pause(20);
    expect(await listings.page({ page: 3 })).toBe(2);
    const { methods } = app.get(Cache).statistics();
    expect(methods.find(({ name }) => name === 'Listings.page')).toMatchObject({
      refreshes: 1,
      misses: { expired: 0 },
    });
  });

  it('I31: is refused where a request says for whom it is, for there is none', () => {
    const options = { refreshAhead: true, scope: ['user', (id: number) => ({ room: id })] } as const;
    const wrong = () => Cached(options)(Rooms.prototype as object, 'x', { value: async (_id: number) => 1 });
    expect(wrong).toThrow(
      "CACHE_OPTIONS_INVALID: refreshAhead of @Cached on Rooms.x cannot stand beside the scope 'user'",
    );
  });

  it('holds on to nothing that cannot be copied, and says so', async () => {
    const app = await boot({ providers: [Listings] });
    const listings = app.get(Listings);
    const request = () => ({ page: 1, extra: new IncomingMessage(new Socket()) });
    await listings.byRequest(request());
    await listings.byRequest(request());
    await pause(2_100);

    expect(listings.loads).toEqual([1]);
    expect(app.warnings).toContainEqual(
      expect.stringMatching(/^Listings.byRequest was not loaded ahead by refreshing/),
    );
  });

  it('and only such a one is loaded anew', async () => {
    const app = await boot({ providers: [Listings] });
    const listings = app.get(Listings);
    await listings.plain('a');
    await listings.plain('a');
    await pause(1_900);

    expect(listings.loads).toEqual(['plain']);
  });

  it.each([0, 0.6, -1, Number.NaN, '1m' as never])('is refused with %p', (refreshAhead) => {
    const wrong = () => Cached({ refreshAhead })(Rooms.prototype as object, 'x', { value: async () => 1 });
    expect(wrong).toThrow('CACHE_OPTIONS_INVALID: refreshAhead of @Cached on Rooms.x must be true, or the last part');
  });
});
