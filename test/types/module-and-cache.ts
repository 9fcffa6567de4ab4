// The types of the module's options and of the injectable cache.
import { Cache, cacheKey, CacheModule, type CacheModuleOptions, type Reach } from '@data-room/cache';

type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <_T extends true>(): void => {};

class Settings {
  createCacheOptions(): CacheModuleOptions {
    return { ttl: '5m' };
  }
}

export const modules = [
  CacheModule.forRoot(),
  CacheModule.forRoot({ ttl: 60, enabled: false, isGlobal: false, redisUrl: 'redis://localhost', prefix: 'a' }),
  CacheModule.forRootAsync({ useFactory: (ttl: number) => ({ ttl }), inject: ['TTL'], isGlobal: true }),
  CacheModule.forRootAsync({ useClass: Settings }),
  CacheModule.forRoot({
    requireScope: true,
    scopeOf: (context) => ({ user: context.getArgByIndex<string | null>(0) }),
  }),
  CacheModule.forRoot({ scopeOf: () => undefined }),
  // @ts-expect-error: known at once
  CacheModule.forRoot({ scopeOf: async () => ({ user: 1 }) }),
  // @ts-expect-error: an object has no canonical text
  CacheModule.forRoot({ scopeOf: () => ({ user: { id: 1 } }) }),
  // @ts-expect-error: not an option
  CacheModule.forRoot({ tll: 60 }),
  // @ts-expect-error: not a length of time
  CacheModule.forRoot({ ttl: 'soon' }),
  // @ts-expect-error: not a number
  CacheModule.forRoot({ maxEntries: '100' }),
  CacheModule.forRoot({ maxScopeShare: 10 }),
  // @ts-expect-error: not a number either
  CacheModule.forRoot({ maxScopeShare: '10%' }),
  // @ts-expect-error: not an option either
  CacheModule.forRootAsync({ useFactory: () => ({ ttl: 'soon' }) }),
];

export async function uses(cache: Cache): Promise<void> {
  const loaded = await cache.getOrLoad(cache.key('a', 1), { tags: ['a'], ttl: '1h' }, async () => ({ id: 1 }));
  check<Is<typeof loaded, { id: number }>>();
  const got = await cache.get<string>('a');
  check<Is<typeof got, string | undefined>>();
  const many = await cache.getMany<number>(['a']);
  check<Is<typeof many, (number | undefined)[]>>();
  const unknown = await cache.get('a');
  check<Is<typeof unknown, unknown>>();
  await cache.set(cacheKey('a', { id: 1n, on: new Date(0), list: [null, undefined] }), 1, { ttl: 0.5 });

  const locked = await cache.lock('a', { ttl: '30s', wait: 1 }, async ({ token, signal }) => [token, signal] as const);
  check<Is<typeof locked, readonly [number, AbortSignal]>>();
  await cache.lock('a', {}, async () => {});

  const reach = await cache.revoke(['a']);
  check<Is<typeof reach, Reach | undefined>>();
  check<Is<Reach['through'], 'list' | 'record' | 'nothing'>>();
  check<Is<Reach['waitedOut'], readonly string[]>>();
  await cache.revoke(['a'], { fallback: false });

  const within = await cache.within({ user: 1, tenant: 'a', big: 1n }, async () => 1);
  check<Is<typeof within, number>>();
  // @ts-expect-error: nobody
  cache.within({ user: undefined }, () => 1);
  // @ts-expect-error: tags come in a list
  await cache.revoke('a');
  // @ts-expect-error: not an option
  await cache.revoke(['a'], { wait: true });
  // @ts-expect-error: what is done under a lock takes its time
  await cache.lock('a', {}, () => 1);
  // @ts-expect-error: not a length of time
  await cache.lock('a', { wait: 'for ever' }, async () => 1);
  // @ts-expect-error: what loads takes its time
  await cache.getOrLoad('a', {}, () => 1);
  // @ts-expect-error: tags come in a list
  await cache.invalidateTags('a');
  // @ts-expect-error: not a length of time
  await cache.set('a', 1, { ttl: '5 minutes' });
  // @ts-expect-error: a function cannot stand in a key
  cache.key('a', () => 1);
  // @ts-expect-error: an entry has a key
  await cache.setMany([{ value: 1 }]);
}
