/** Caches as their documentation sets them up, asked to keep a value and to give it back. */
import { EventEmitter } from 'node:events';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CACHE_MANAGER, CacheModule, type CacheModuleOptions } from '@nestjs/cache-manager';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { Cacheable, CacheableMemory } from 'cacheable';
import { redisInsStore, type RedisStore } from 'cache-manager-ioredis-yet';
import type { Cache } from 'cache-manager';
import type { Redis } from 'ioredis';
import { Keyv } from 'keyv';

export interface Keeper {
  readonly name: string;
  set(key: string, value: object): Promise<unknown>;
  get(key: string): Promise<unknown>;
}

/** What somebody said instead of failing. */
export type Hear = (what: unknown) => void;

const ttl = 60_000;

export async function keepers(redis: Redis, hear: Hear): Promise<Keeper[]> {
  const inMemory = new Keyv({ store: new CacheableMemory({ ttl, lruSize: 1_000 }) });
  return [
    bento('bentocache, memory', hear),
    bento('bentocache, Redis', hear, redis),
    { name: 'cacheable, memory', ...cacheableOf(hear) },
    { name: 'cacheable, Keyv on Redis', ...cacheableOf(hear, keyvOn(redis, 'cacheable', hear)) },
    { name: 'Nest, as it comes', ...(await nestCache({})) },
    { name: 'Nest, CacheableMemory', ...(await nestCache({ stores: [inMemory] })) },
    { name: 'Nest, Keyv on Redis', ...(await nestCache({ stores: [keyvOn(redis, 'nest', hear)] })) },
    { name: 'cache-manager-ioredis-yet', ...ioredisYet(redis) },
  ];
}

function bento(name: string, hear: Hear, redis?: Redis): Keeper {
  const layers =
    redis === undefined
      ? bentostore().useL1Layer(memoryDriver({ maxItems: 1_000 }))
      : bentostore().useL2Layer(redisDriver({ connection: redis }));
  const cache = new BentoCache({ default: 'only', stores: { only: layers }, onFactoryError: hear });
  return {
    name,
    set: (key, value) => cache.set({ key, value, ttl }),
    get: (key) => cache.get({ key }),
  };
}

function cacheableOf(hear: Hear, primary?: Keyv) {
  const cache = new Cacheable(primary === undefined ? { ttl } : { primary, ttl });
  cache.on('error', hear);
  return {
    set: (key: string, value: object) => cache.set(key, value),
    get: (key: string): Promise<unknown> => cache.get(key),
  };
}

/** Keyv's own package for Redis does the same: what it is given is text already. */
function keyvOn(redis: Redis, namespace: string, hear: Hear): Keyv {
  const store = Object.assign(new EventEmitter(), {
    opts: {},
    get: (key: string) => redis.get(key),
    set: (key: string, text: string) => redis.set(key, text, 'PX', ttl),
    delete: async (key: string) => (await redis.del(key)) > 0,
    clear: async () => {},
  });
  const keyv = new Keyv({ namespace, store });
  keyv.on('error', hear);
  return keyv;
}

async function nestCache(options: CacheModuleOptions) {
  @Module({ imports: [CacheModule.register({ ttl, ...options })] })
  class KeeperModule {}
  const app = await NestFactory.createApplicationContext(KeeperModule, { logger: ['error'] });
  const cache = app.get<Cache>(CACHE_MANAGER);
  return {
    set: (key: string, value: object) => cache.set(key, value),
    get: (key: string): Promise<unknown> => cache.get(key),
  };
}

/** Its types are those of a cache-manager of long ago. */
interface OldStore {
  set(key: string, value: unknown, ttlMs: number): Promise<void>;
  get(key: string): Promise<unknown>;
}

function ioredisYet(redis: Redis) {
  const store = redisInsStore(redis) as RedisStore & OldStore;
  return {
    set: (key: string, value: object) => store.set(`yet:${key}`, value, ttl),
    get: (key: string): Promise<unknown> => store.get(`yet:${key}`),
  };
}
