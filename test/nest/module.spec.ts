import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type Provider } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Cache, Cached, CacheModule, type CacheModuleOptions } from '@data-room/cache';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { boot, bootWith, closeAll, redisUrl, withEnvironment } from './boot.js';

@Injectable()
class Counter {
  loads = 0;

  @Cached()
  async next(): Promise<number> {
    return ++this.loads;
  }
}

@Injectable()
class OptionsOfClass {
  createCacheOptions(): CacheModuleOptions {
    return { prefix: 'of-class' };
  }
}

@Injectable()
class NeedsCache {
  constructor(readonly cache: Cache) {}
}

afterEach(closeAll);

describe('CacheModule', () => {
  it('forRoot() needs nothing and serves every module', async () => {
    @Module({ providers: [Counter, NeedsCache] })
    class Feature {}
    const app = await boot({ imports: [Feature] });

    expect(await app.get(Counter).next()).toBe(1);
    expect(await app.get(Counter).next()).toBe(1);
    expect(app.get(NeedsCache).cache).toBe(app.get(Cache));
    expect(app.warnings).toEqual([]);
  });

  it('forRootAsync takes a factory with what it needs, a class, or a provider that exists', async () => {
    const prefixProvider: Provider = { provide: 'PREFIX', useValue: 'of-factory' };
    @Module({ providers: [prefixProvider, OptionsOfClass], exports: ['PREFIX', OptionsOfClass] })
    class Settings {}
    const useFactory = async (prefix: string) => ({ prefix });
    const modules = [
      CacheModule.forRootAsync({ imports: [Settings], inject: ['PREFIX'], useFactory }),
      CacheModule.forRootAsync({ useClass: OptionsOfClass }),
      CacheModule.forRootAsync({ imports: [Settings], useExisting: OptionsOfClass }),
    ];
    const keys: string[] = [];
    for (const module of modules) keys.push((await bootWith({ imports: [module] })).get(Cache).key('a'));

    expect(keys).toEqual(['of-factory:a', 'of-class:a', 'of-class:a']);
  });

  it('isGlobal: false keeps Cache to the modules that import it; decorated methods are cached all the same', async () => {
    @Module({ providers: [NeedsCache] })
    class Blind {}
    @Module({ providers: [Counter] })
    class Feature {}
    const local = () => CacheModule.forRoot({ isGlobal: false });

    await expect(bootWith({ imports: [local(), Blind] })).rejects.toThrow(/NeedsCache/);
    const app = await bootWith({ imports: [local(), Feature] });

    expect([await app.get(Counter).next(), await app.get(Counter).next()]).toEqual([1, 1]);
  });

  it('options come before the environment, and the environment before the defaults', async () => {
    const environment = {
      CACHE_TTL: '60',
      CACHE_PREFIX: 'env',
      CACHE_MAX_MB: '2',
      CACHE_MAX_ENTRIES: '7',
      CACHE_MAX_SCOPE_SHARE: '10',
      CACHE_PURGE_INTERVAL: '60',
      CACHE_AUDIT_RATE: '.001',
    };
    const policyOf = async (options: CacheModuleOptions) =>
      (await boot({}, options)).get<Runtime>(RUNTIME, { strict: false }).policy;

    expect(await withEnvironment({}, () => policyOf({}))).toMatchObject({
      enabled: true,
      prefix: 'dataroom',
      ttlMs: 300_000,
      maxBytes: 128 * 1024 * 1024,
      maxEntries: 100_000,
      purgeEveryMs: 1_000,
      scopeShare: 0.25,
      auditRate: 0,
    });
    expect(await withEnvironment(environment, () => policyOf({}))).toMatchObject({
      prefix: 'env',
      ttlMs: 60_000,
      maxBytes: 2 * 1024 * 1024,
      maxEntries: 7,
      purgeEveryMs: 60_000,
      scopeShare: 0.1,
      auditRate: 0.001,
    });
    const options = {
      ttl: '5m',
      prefix: 'option',
      maxMegabytes: 3,
      maxEntries: 8,
      maxScopeShare: 100,
      purgeInterval: '1500ms',
      auditRate: 1,
      enabled: true,
    } as const;
    expect(await withEnvironment({ ...environment, CACHE_ENABLED: 'no idea' }, () => policyOf(options))).toMatchObject({
      prefix: 'option',
      ttlMs: 300_000,
      maxBytes: 3 * 1024 * 1024,
      maxEntries: 8,
      purgeEveryMs: 1_500,
      scopeShare: 1,
      auditRate: 1,
    });
  });

  it('a variable set before Nest starts counts, however early the library was imported', async () => {
    const key = await withEnvironment({ CACHE_PREFIX: 'late' }, async () => (await boot({})).get(Cache).key('a'));

    expect(key).toBe('late:a');
  });

  it('an empty variable is an absent one', async () => {
    const empty = {
      REDIS_URL: '',
      CACHE_TTL: '',
      CACHE_ENABLED: '',
      CACHE_PREFIX: '',
      CACHE_MAX_MB: '',
      CACHE_OUTAGE_TABLE: '',
    };

    const app = await withEnvironment({ ...empty, CACHE_MAX_ENTRIES: '' }, () => boot({}));

    expect(app.get(Cache).key('a')).toBe('dataroom:a');
  });

  it.each([
    ['CACHE_TTL', ['5m', '0', '-1', '1.5', 'soon', '1e3', '99999999999'], 'a whole number of seconds from 1 up'],
    ['CACHE_ENABLED', ['yes', 'on', '2', 'tru'], 'true or false'],
    ['CACHE_PREFIX', ['a:b', 'a b', '*', 'é', 'x'.repeat(65)], 'letters, digits, dots, dashes and underscores'],
    ['CACHE_BUDGET_MS', ['9', '10001', '100ms'], 'a whole number from 10 to 10000'],
    ['CACHE_REDIS_CA', ['/no/such/file', '.'], 'a file that can be read and holds certificates in PEM form'],
    ['CACHE_OUTAGE_TABLE', ['true', 'Create', 'cache_outage'], 'use, create or off'],
    ['CACHE_MAX_MB', ['0', '-5', '1.5', '128MB', '9007199254740993'], 'a whole number from 1 to 1000000'],
    ['CACHE_MAX_SCOPE_SHARE', ['0', '101', '25%', '0.5'], 'a whole number from 1 to 100'],
    ['CACHE_PURGE_INTERVAL', ['0', '86401', '1.5', '1s'], 'a whole number of seconds from 1 to 86400'],
    ['CACHE_AUDIT_RATE', ['1.1', '-0.1', '1%', '0,5', '1e-3', '.'], 'a number from 0 to 1'],
    ['CACHE_MAX_ENTRIES', ['0', 'many', '1_000', '9007199254740991'], 'a whole number from 1 to 10000000'],
  ])('a wrong %s stops the boot with a sentence', async (variable, values, wanted) => {
    for (const value of values) {
      const message = await withEnvironment({ [variable]: value }, () => boot({}).catch(String));

      expect(message).toContain(`CACHE_OPTIONS_INVALID: ${variable} must be `);
      expect(message).toContain(wanted);
      expect(message).toContain(`got '${value}'`);
      expect(message).toContain('Set it in .env, or leave it out for the default.');
    }
  });

  it.each([
    ['ttl', [0, -1, Number.NaN, Infinity, '5 minutes', '']],
    ['enabled', ['maybe', 7]],
    ['prefix', ['a:b', 7]],
    ['maxMegabytes', [0, 1.5, Number.NaN, '1e9']],
    ['maxEntries', [0, -1, 1e9]],
    ['maxScopeShare', [0, 0.25, 101]],
    ['purgeInterval', [0, 0.5, 86_401, '999ms', '2d']],
    ['auditRate', [-1, 1.5, Number.NaN, 'some']],
  ])('a wrong option %s stops the boot with a sentence', async (option, values) => {
    for (const value of values.filter((each) => each !== '')) {
      const options = { [option]: value } as CacheModuleOptions;

      await expect(boot({}, options)).rejects.toThrow(
        new RegExp(`CACHE_OPTIONS_INVALID: ${option} of CacheModule must be .*, got '?${value}'?\\. Correct it where`),
      );
    }
  });

  it.each([
    ['http://localhost:6379', "'http://localhost:6379'"],
    ['localhost:6379', "'localhost:6379'"],
    ['redis://localhost:99999', "'redis://localhost:99999'"],
    ['redis://localhost:6379/first', "'redis://localhost:6379/first'"],
    ['http://default:hunter2@cache:6379', "'http://…@cache:6379'"],
    ['redis:/default:hunter2@cache:6379', "'…@cache:6379'"],
    ['default:hunter2@cache:6379', "'…@cache:6379'"],
    ['http://default:hun@ter2:hunter2@cache:6379', "'http://…@cache:6379'"],
    ['redis://:hunter2', "'redis://…'"],
    ['hunter2', "'…'"],
    ['http://cache:6379?password=hunter2', "'http://…'"],
    ['redis+sentinel://me:hunter2@one:1,two:2', "'redis+sentinel://…@one:1,two:2'"],
    ['redis+sentinel://one:1/a/b/c?sentinel_password=hunter2', "'redis+sentinel://…'"],
    ['redis+cluster://:hunter2@one:1,two:2/3', "'redis+cluster://…@one:1,two:2/3'"],
    ['redis+cluster://one:hunter2,two:2', "'redis+cluster://…'"],
  ])('a wrong REDIS_URL such as %s stops the boot and shows no secret', async (url, shown) => {
    const message = await withEnvironment({ REDIS_URL: url }, () => boot({}).catch(String));

    expect(message).toContain('CACHE_OPTIONS_INVALID: REDIS_URL must be a redis:// or rediss:// address');
    expect(message).toContain(`got ${shown}.`);
    expect(message).not.toContain('hunter2');
  });

  it.each(['absent', 'false'])(
    'with REDIS_URL and CACHE_ENABLED %s, nothing stays open once it is closed',
    async (enabled) => {
      const redis = new Redis(redisUrl);
      const clients = async () => ((await redis.client('LIST')) as string).trim().split('\n').length;
      const before = await clients();
      const variables = {
        REDIS_URL: redisUrl,
        CACHE_PREFIX: randomUUID(),
        CACHE_FALLBACK_TTL: '0',
        CACHE_ENABLED: enabled === 'absent' ? '' : enabled,
      };

      const app = await withEnvironment(variables, () => boot({ providers: [Counter] }));
      const counter = app.get(Counter);
      const shared = enabled === 'absent';
      // A list that nobody had before is trusted after a moment.
      for (let tries = 0; shared && (await counter.next()) !== (await counter.next()) && tries < 300; tries++)
        await pause(10);
      const values = [await counter.next(), await counter.next()];
      const during = await clients();
      await app.close();

      expect(values[1]).toBe(shared ? values[0] : values[0]! + 1);
      expect(during - before).toBe(shared ? 2 : 0);
      expect(await clients()).toBe(before);
      expect(app.warnings).toEqual(shared ? [] : [expect.stringContaining('Switch the cache off in all of them')]);
      redis.disconnect();
    },
  );

  it('a second import stops the boot, in whatever way it is made', async () => {
    @Module({ imports: [CacheModule.forRoot()] })
    class Feature {}
    const code = expect.objectContaining({ code: 'CACHE_IMPORTED_TWICE' });

    await expect(boot({ imports: [Feature] })).rejects.toEqual(code);
    await expect(boot({ imports: [CacheModule.forRootAsync({ useFactory: () => ({}) })] })).rejects.toEqual(code);
    await expect(boot({ imports: [CacheModule.forRoot({ isGlobal: false })] })).rejects.toEqual(code);
  });

  it('one dynamic module imported in two places is one import', async () => {
    const cache = CacheModule.forRoot();
    @Module({ imports: [cache], providers: [Counter] })
    class Feature {}

    const app = await bootWith({ imports: [cache, Feature] });

    expect([await app.get(Counter).next(), await app.get(Counter).next()]).toEqual([1, 1]);
  });

  it('an import without forRoot says what to write', async () => {
    await expect(bootWith({ imports: [CacheModule] })).rejects.toThrow(/imports: \[CacheModule\.forRoot\(\)\]/);
  });

  it('with CACHE_ENABLED=false everything passes through', async () => {
    const app = await withEnvironment({ CACHE_ENABLED: 'false', REDIS_URL: 'redis://nowhere' }, () =>
      boot({ providers: [Counter] }),
    );
    const cache = app.get(Cache);
    await cache.set('a', 1);
    await cache.setMany([{ key: 'b', value: 2 }]);

    expect([await app.get(Counter).next(), await app.get(Counter).next()]).toEqual([1, 2]);
    expect(await cache.get('a')).toBe(undefined);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await cache.getOrLoad('a', {}, async () => 3)).toBe(3);
    expect(await cache.getOrLoad('a', {}, async () => 4)).toBe(4);
    await cache.delete('a');
    await cache.invalidateTags(['a']);
    await cache.clear();
    expect(app.warnings).toEqual([expect.stringContaining('Switch the cache off in all of them')]);
  });
});
