// What users of @nestjs/cache-manager find when CacheModule is ours: their tokens, their interceptor, their habits.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  CACHE_MANAGER,
  CacheInterceptor,
  CacheKey,
  CacheModule as NestCacheModule,
  CacheTTL,
} from '@nestjs/cache-manager';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Post,
  UseInterceptors,
  type CanActivate,
  type ExecutionContext,
  type Provider,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { createCache, type Cache as CacheManager } from 'cache-manager';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { Cache, Cached } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { createDatabase } from '../support/scratch-database.js';
import { boot, closeAll } from './boot.js';

@Injectable()
class Habits {
  loads = 0;

  constructor(@Inject(CACHE_MANAGER) readonly cache: CacheManager) {}

  @Cached({ tags: ['room:1'] })
  async cached(): Promise<number> {
    return ++this.loads;
  }
}

class Money {
  constructor(readonly cents: number) {}
}

async function start(options: Parameters<typeof boot>[1] = {}) {
  const app = await boot({ providers: [Habits] }, options);
  const habits = app.get(Habits);
  return { app, habits, cache: habits.cache, ours: app.get(Cache) };
}

/** Until it is advanced. Timers and promises run as ever. */
function standTimeStill(): void {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'],
  });
}

afterEach(closeAll);
afterEach(() => {
  jest.useRealTimers();
});

describe('CACHE_MANAGER', () => {
  it('has every method of cache-manager, and each may be taken off its object', async () => {
    const { cache } = await start();
    const { set, get } = cache;

    expect(Object.keys(cache).sort()).toEqual(Object.keys(createCache()).sort());
    await set('a', 1);
    expect(await get('a')).toBe(1);
  });

  it('gets what was set, and undefined for what was not, was deleted, or was set to undefined', async () => {
    const { cache } = await start();

    expect(await cache.set('a', 1)).toBe(1);
    expect(await cache.get('a')).toBe(1);
    expect(await cache.get('b')).toBe(undefined);
    expect(await cache.del('a')).toBe(true);
    expect(await cache.get('a')).toBe(undefined);
    await cache.set('a', 1);
    await cache.set('a', undefined);
    expect(await cache.get('a')).toBe(undefined);
  });

  it('keeps null and other values that are nothing', async () => {
    const { cache } = await start();
    for (const value of [null, 0, '', false, Number.NaN]) {
      await cache.set('a', value);

      expect(await cache.get('a')).toBe(value);
    }
  });

  it('gives values back as they were, classes and all, each time as a copy', async () => {
    const { cache } = await start();
    const value = {
      at: new Date(7),
      map: new Map([[1, new Set([2n])]]),
      money: new Money(5),
      bytes: Buffer.from('a'),
      text: '_function_x|()=>process.exit()',
      none: undefined,
    };
    await cache.set('a', value);
    const first = await cache.get<typeof value>('a');
    first!.at.setFullYear(1999);

    const second = await cache.get<typeof value>('a');

    expect(second).toStrictEqual(value);
    expect(second!.money).toBeInstanceOf(Money);
    value.map.clear();
    expect((await cache.get<typeof value>('a'))!.map.size).toBe(1);
  });

  it('does not keep what cannot be copied faithfully, and forgets what was there', async () => {
    const { cache, app } = await start();
    await cache.set('secret-key', 'old');

    await cache.set('secret-key', () => {});

    expect(await cache.get('secret-key')).toBe(undefined);
    expect(app.warnings).toEqual([expect.stringContaining('cache-manager is answered from the source')]);
    expect(app.warnings.join()).not.toContain('secret');
  });

  it('sets, gets and deletes many; of one key the last counts', async () => {
    const { cache } = await start();
    const list = [
      { key: 'a', value: 1 },
      { key: 'b', value: null },
      { key: 'a', value: 2 },
    ];

    expect(await cache.mset(list)).toEqual(list);
    expect(await cache.mget(['a', 'b', 'c'])).toEqual([2, null, undefined]);
    expect(await cache.mdel(['a', 'b'])).toBe(true);
    expect(await cache.mget(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('tells keys apart whatever is in them', async () => {
    const { cache } = await start();
    const keys = [
      'a',
      'A',
      '^a',
      '^A',
      '',
      ' ',
      '7',
      '*',
      'a:b',
      'a b',
      'keyv:a',
      'dataroom:cache-manager:a',
      'é',
      'É',
    ];
    const long = 'x'.repeat(1_000);
    for (const key of [...keys, long]) await cache.set(key, key);

    expect(await cache.mget([...keys, long])).toEqual([...keys, long]);
    await cache.del('a');
    expect(await cache.mget([...keys, long])).toEqual([undefined, ...keys.slice(1), long]);
  });

  it('counts TTLs in milliseconds; without one it is that of the module, 0 is none, and below 0 nothing is kept', async () => {
    standTimeStill();
    const { cache } = await start({ ttl: '1h' });
    const now = Date.now();
    await cache.mset([
      { key: 'short', value: 1, ttl: 40 },
      { key: 'default', value: 1 },
      { key: 'never', value: 1, ttl: 0 },
      { key: 'infinite', value: 1, ttl: Infinity },
      { key: 'past', value: 1 },
    ]);
    await cache.set('past', 1, -1);
    const keys = ['short', 'default', 'never', 'infinite', 'past'];

    expect(await Promise.all([...keys, 'nothing'].map((key) => cache.ttl(key)))).toEqual([
      now + 40,
      now + 3_600_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    jest.advanceTimersByTime(39);
    expect(await cache.mget(keys)).toEqual([1, 1, 1, 1, undefined]);
    jest.advanceTimersByTime(1);
    expect(await cache.mget(keys)).toEqual([undefined, 1, 1, 1, undefined]);
    jest.advanceTimersByTime(365 * 86_400_000);
    expect(await cache.mget(keys)).toEqual([undefined, undefined, 1, 1, undefined]);
  });

  it('takes what is no number for no TTL: a setting that is missing, or options of older versions', async () => {
    const { cache } = await start();
    for (const ttl of [Number.NaN, null, { ttl: 5 }]) {
      await cache.set('a', 1, ttl as number);

      expect((await cache.ttl('a'))! - Date.now()).toBeGreaterThan(290_000);
    }
  });

  it('clears its own keys and leaves @Cached entries and those of Cache', async () => {
    const { cache, habits, ours } = await start();
    await cache.set('a', 1);
    await ours.set('a', 'ours');
    await habits.cached();

    expect(await cache.clear()).toBe(true);

    expect(await cache.get('a')).toBe(undefined);
    expect(await ours.get('a')).toBe('ours');
    expect(await habits.cached()).toBe(1);
    await cache.set('a', 2);
    await ours.clear();
    expect(await cache.get('a')).toBe(undefined);
  });

  it('tells listeners what it did', async () => {
    const { cache } = await start();
    const said: unknown[] = [];
    const hear = (data: unknown) => said.push(data);
    cache.on('set', hear);
    cache.on('get', hear);
    cache.on('del', hear);

    await cache.set('a', 1);
    await cache.get('a');
    cache.off('get', hear);
    await cache.get('a');
    await cache.del('a');

    expect(said).toEqual([{ key: 'a', value: 1 }, { key: 'a', value: 1 }, { key: 'a' }]);
  });

  it('passes through when the cache is off', async () => {
    const { cache } = await start({ enabled: false });
    await cache.set('a', 1);

    expect(await cache.get('a')).toBe(undefined);
    expect(await cache.wrap('a', () => 2)).toBe(2);
    expect(await cache.wrap('a', () => 3)).toBe(3);
    expect([await cache.del('a'), await cache.clear()]).toEqual([true, true]);
  });

  it('disconnect does nothing, for there is no connection', async () => {
    const { cache } = await start();
    await cache.set('a', 1);

    expect(await cache.disconnect()).toBe(undefined);

    expect(await cache.get('a')).toBe(1);
  });

  it('says so if the CacheModule of @nestjs/cache-manager is still there', async () => {
    const app = await boot({ imports: [NestCacheModule.register({ isGlobal: true })] });

    expect(app.warnings).toEqual([expect.stringContaining('Another global CacheModule provides CACHE_MANAGER')]);
  });
});

describe('wrap', () => {
  it('loads once for all who ask, keeps null, and never undefined or an error', async () => {
    const { cache } = await start();
    let loads = 0;
    const load = async <T>(value: T) => {
      loads++;
      await sleep(1);
      return value;
    };
    const hundred = await Promise.all(Array.from({ length: 100 }, () => cache.wrap('a', () => load(null))));

    expect([loads, ...new Set(hundred)]).toEqual([1, null]);
    expect(await cache.wrap('a', () => load(1))).toBe(null);
    expect(await cache.get('a')).toBe(null);
    expect(await cache.wrap('b', () => load(undefined))).toBe(undefined);
    await expect(cache.wrap('b', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.wrap('b', () => load(2))).toBe(2);
    expect(await cache.wrap('c', () => 'at once')).toBe('at once');
  });

  it('takes its TTL from a number, the value or options, and gives the raw entry to who wants it', async () => {
    standTimeStill();
    const { cache } = await start();
    const left = async (key: string) => ((await cache.ttl(key))! - Date.now()) / 1_000;
    await cache.wrap('number', () => 1, 5_000);
    await cache.wrap(
      'value',
      () => 7,
      (value: number) => value * 1_000,
    );
    await cache.wrap('options', () => 1, { ttl: 9_000 });
    const raw = await cache.wrap('raw', () => 1, { ttl: 9_000, raw: true });

    expect([await left('number'), await left('value'), await left('options')]).toEqual([5, 7, 9]);
    expect(raw).toEqual({ value: 1, expires: await cache.ttl('raw') });
    expect(await cache.wrap('raw', () => 2, { raw: true })).toEqual(raw);
  });

  it('refreshes what is about to expire, once, while it answers with what it has', async () => {
    const { cache } = await start();
    const events: unknown[] = [];
    cache.on('refresh', (event) => events.push(event));
    const load = jest.fn(async () => load.mock.calls.length);
    const ask = () => cache.wrap('a', load, 60_000, 120_000);
    expect(await ask()).toBe(1);

    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    await sleep(5);

    expect(load.mock.calls).toHaveLength(2);
    expect(await cache.get('a')).toBe(2);
    load.mockRejectedValue(new Error('down'));
    expect(await ask()).toBe(2);
    await sleep(5);
    expect(await cache.get('a')).toBe(2);
    expect(events.at(-1)).toEqual({ key: 'a', value: 2, error: new Error('down') });
  });

  it('does not keep what was deleted or cleared while it loaded', async () => {
    const { cache } = await start();
    for (const forget of [() => cache.del('a'), () => cache.clear(), () => cache.set('a', 'newer')]) {
      const source = new Deferred<string>();
      const old = cache.wrap('a', () => source.promise);
      await sleep(1);

      await forget();
      source.resolve('old');

      expect(await old).toBe('old');
      expect(await cache.get('a')).not.toBe('old');
      await cache.del('a');
    }
  });

  it('depends on the @Cached methods that its value was made with, and they on what they got from it', async () => {
    const { cache, habits, ours } = await start();
    const twice = () => cache.wrap('a', async () => (await habits.cached()) * 2);
    expect([await twice(), await twice()]).toEqual([2, 2]);

    await ours.invalidateTags(['room:1']);

    expect(await twice()).toBe(4);
  });
});

describe('in a transaction', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  });
  afterEach(() => dataSource.destroy());

  async function startWithDatabase() {
    const app = await boot({ providers: [Habits, { provide: DataSource, useValue: dataSource }] });
    return app.get(Habits).cache;
  }

  it('set, mset, del and clear take effect at its commit', async () => {
    const cache = await startWithDatabase();
    await cache.mset(['set', 'deleted'].map((key) => ({ key, value: 'old' })));
    const outside = new Deferred<void>();
    const seen = outside.promise.then(() => cache.mget(['set', 'deleted']));

    await dataSource.transaction(async () => {
      await cache.set('set', 'new');
      await cache.mset([{ key: 'more', value: 'new' }]);
      await cache.del('deleted');
      outside.resolve();
      expect(await seen).toEqual(['old', 'old']);
      expect(await cache.get('set')).toBe(undefined);
    });

    expect(await cache.mget(['set', 'more', 'deleted'])).toEqual(['new', 'new', undefined]);
    await dataSource.transaction(async () => {
      await cache.clear();
      await cache.set('more', 'after');
    });
    expect(await cache.mget(['set', 'more'])).toEqual([undefined, 'after']);
  });

  it('nothing of it takes effect if it rolls back', async () => {
    const cache = await startWithDatabase();
    await cache.mset(['a', 'b'].map((key) => ({ key, value: 'old' })));

    await dataSource
      .transaction(async () => {
        await cache.set('a', 'new');
        await cache.del('b');
        await cache.clear();
        throw new Error('no');
      })
      .catch(() => {});

    expect(await cache.mget(['a', 'b'])).toEqual(['old', 'old']);
  });

  it('wrap asks the source and shows nobody what it saw, not even who asks at the same time', async () => {
    const cache = await startWithDatabase();
    const uncommitted = new Deferred<string>();
    const within = dataSource.transaction(() => cache.wrap('a', () => uncommitted.promise));
    await sleep(10);

    const without = cache.wrap('a', () => 'committed');
    uncommitted.resolve('uncommitted');

    expect([await within, await without]).toEqual(['uncommitted', 'committed']);
    expect(await cache.get('a')).toBe('committed');
  });
});

describe('CacheInterceptor', () => {
  class Tenants extends CacheInterceptor {
    protected override trackBy(context: ExecutionContext): string {
      return `tenant:${super.trackBy(context) as string}`;
    }
  }

  @Injectable()
  class NamesUser implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const asking = context.switchToHttp().getRequest<{ user?: unknown; query: Record<string, unknown> }>();
      if (asking.query.user !== undefined) asking.user = { id: asking.query.user };
      return true;
    }
  }

  @Controller()
  @UseInterceptors(CacheInterceptor)
  class Pages {
    asked = 0;

    @Get('page')
    page() {
      return { asked: ++this.asked };
    }
    @Get('short')
    @CacheTTL(30)
    short() {
      return this.page();
    }
    @Get('named')
    @CacheKey('named')
    named() {
      return this.page();
    }
    @Get('nothing')
    nothing() {
      this.asked++;
      return null;
    }
    @Post('page')
    write() {
      return this.page();
    }
  }

  @Controller('bare')
  class Bare {
    asked = 0;

    @Get()
    page() {
      return { asked: ++this.asked };
    }
  }

  @Controller('tenant')
  @UseInterceptors(Tenants)
  class TenantPages {
    asked = 0;

    @Get(['one', 'two'])
    page() {
      return { asked: ++this.asked };
    }
  }

  async function serve(...providers: Provider[]) {
    const module = await boot({ controllers: [Pages, TenantPages, Bare], providers: [Habits, ...providers] });
    const app = module.createNestApplication({ logger: false });
    app.useGlobalGuards(new NamesUser());
    await app.init();
    const ask = async (path: string, headers: Record<string, string> = {}) =>
      ((await request(app.getHttpServer()).get(path).set(headers)).body as { asked?: number }).asked;
    return { app, ask, cache: module.get(Habits).cache, pages: module.get(Pages) };
  }

  it('answers public routes from this cache, for the time of @CacheTTL', async () => {
    const { app, ask, cache } = await serve();

    expect([await ask('/page'), await ask('/page'), await ask('/page?q=1')]).toEqual([1, 1, 2]);
    expect(await cache.get('/page')).toEqual({ asked: 1 });
    await request(app.getHttpServer()).post('/page');
    await cache.clear();
    expect(await ask('/page')).toBe(4);
    expect(await ask('/short')).toBe(5);
    await sleep(50);
    expect(await ask('/short')).toBe(6);
  });

  it('neither keeps nor gives an answer where the request says who is asking', async () => {
    const { ask } = await serve();
    await ask('/page');

    expect(await ask('/page', { authorization: 'Bearer a' })).toBe(2);
    expect(await ask('/page', { cookie: 'session=a' })).toBe(3);
    expect(await ask('/page', { authorization: '', cookie: 'session=a' })).toBe(4);
    expect(await ask('/page?user=7')).toBe(5);
    expect(await ask('/page?user=7')).toBe(6);
    expect(await ask('/page')).toBe(1);
  });

  it('is no other where it is global', async () => {
    const { ask } = await serve({ provide: APP_INTERCEPTOR, useClass: CacheInterceptor });
    const headers = { authorization: 'Bearer a' };

    expect([await ask('/bare'), await ask('/bare'), await ask('/bare', headers)]).toEqual([1, 1, 2]);
    expect([await ask('/bare', headers), await ask('/bare')]).toEqual([3, 1]);
  });

  it('does so where the application has said itself what tells answers apart', async () => {
    const { ask } = await serve();
    const headers = { authorization: 'Bearer a' };

    expect([await ask('/named', headers), await ask('/named', headers)]).toEqual([1, 1]);
    expect([await ask('/tenant/one', headers), await ask('/tenant/two', headers)]).toEqual([1, 2]);
    expect([await ask('/tenant/one', headers), await ask('/tenant/two', headers)]).toEqual([1, 2]);
  });

  it('asks the handler again for null, as it does everywhere', async () => {
    const { ask, pages } = await serve();
    await ask('/nothing');
    await ask('/nothing');

    expect(pages.asked).toBe(2);
  });
});

describe('an application in plain node', () => {
  const child = fileURLToPath(new URL('cache-manager.child.ts', import.meta.url));
  const run = async (...args: string[]) => {
    const flags = ['--import', '@swc-node/register/esm-register', child, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 25_000 });
    return JSON.parse(stdout) as unknown;
  };

  it('needs none of the optional packages, boots and ends', async () => {
    expect(await run('without-packages')).toEqual({ installed: false, cached: 1, kept: null });
  });

  it('has nothing open when it is closed', async () => {
    expect(await run()).toEqual({ installed: true, cached: 1, kept: null });
  });
});
