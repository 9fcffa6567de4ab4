/**
 * bentocache as its documentation sets up several instances: memory before Redis, kept in step by a bus on Redis, entries with
 * tags, no grace period, one load at a time. Calls to the entries in Redis may take half a second, the bus as long as it takes.
 */
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

const { hostname, port } = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const server = { host: hostname, port: Number(port) };
const impatient = { ...server, connectTimeout: 1_000, commandTimeout: 500, maxRetriesPerRequest: 1 };

const bento = new BentoCache({
  default: 'multitier',
  prefix: process.env.CACHE_PREFIX ?? 'dataroom',
  ttl: '5m',
  grace: false,
  stores: {
    multitier: bentostore()
      .useL1Layer(memoryDriver({ maxSize: '100mb' }))
      .useL2Layer(redisDriver({ connection: impatient }))
      .useBus(redisBusDriver({ connection: server, retryQueue: { enabled: true } })),
  },
});

/** The criteria of a deletion do not say which rows it deletes: it invalidates all of their kind, and their parents'. */
const families = new Set(['folder', 'file', 'dataroom']);

function withFamilies(tags: readonly string[]): string[] {
  const kinds = tags.map((tag) => tag.slice(0, tag.indexOf(':'))).filter((kind) => families.has(kind));
  return [...new Set([...tags, ...kinds.map((kind) => `${kind}:*`)])];
}

interface Options<T> {
  readonly tags?: readonly string[] | ((value: T) => readonly string[]);
  readonly ttl?: number | string;
}

export class Cache {
  getOrLoad<T>(key: string, { tags = [], ttl }: Options<T>, load: () => Promise<T>): Promise<T> {
    return bento.getOrSet({
      key,
      ...(ttl !== undefined && { ttl }),
      factory: async ({ setTags }) => {
        const value = await load();
        setTags(withFamilies(typeof tags === 'function' ? tags(value) : tags));
        return value;
      },
    });
  }

  async invalidateTags(tags: Iterable<string>): Promise<void> {
    const distinct = [...new Set(tags)];
    if (distinct.length > 0) await bento.deleteByTag({ tags: distinct });
  }

  close(): Promise<void> {
    return bento.disconnectAll();
  }
}

export const cache = new Cache();
