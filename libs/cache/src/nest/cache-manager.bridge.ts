/** The face of cache-manager, for applications that were written for it. */
import { EventEmitter } from 'node:events';
import type { Provider } from '@nestjs/common';
import type { Cache as CacheManager } from 'cache-manager';
import type { EntryToSet } from '../core/cache.js';
import { tagOfKey } from '../core/entry.js';
import type { Read } from '../core/read.js';
import type { Runtime } from '../core/runtime.js';
import { lifeMs } from '../core/ttls.js';
import { CACHE_MANAGER, RUNTIME } from './tokens.js';

/** What a key of this face holds: a kept `null` is a value, and its own time is known to who asks for `ttl` or `raw`. */
interface Envelope<T> {
  readonly value: T;
  /** As `Date.now()` counts; undefined: it does not expire by itself. */
  readonly expires: number | undefined;
}

type TtlOf<T> = number | ((value: T) => number) | undefined;

interface WrapOptions<T> {
  readonly ttl?: TtlOf<T>;
  readonly refreshThreshold?: TtlOf<T>;
  readonly raw?: boolean;
}

type List = { key: string; value: unknown; ttl?: number | undefined }[];

/** The second part of this face's keys, and the tag of all its entries. */
const own = 'cache-manager';
/** What cache-manager calls no expiry. */
const neverMs = 3_650 * 86_400_000;

/**
 * What `@Inject(CACHE_MANAGER)` gets: the methods of cache-manager 7 on our cache. It is not made by `createCache`, whose
 * `wrap` would share what a transaction sees with everybody outside of it: see DECISIONS.md, "CACHE_MANAGER".
 * A function, because cache-manager's methods may be taken off their object.
 */
function cacheManagerOn({ cache, reader, policy, insight }: Runtime): CacheManager {
  const events = new EventEmitter();

  const entryOf = (key: string): string => cache.key(own, String(key));

  const msOf = (ttl: unknown): number => {
    const isOwn = typeof ttl === 'number' && !Number.isNaN(ttl);
    const ownMs = isOwn ? Math.min(ttl === 0 ? neverMs : ttl, neverMs) : undefined;
    // Here already: who asks for `ttl` is told how long it really lasts.
    return lifeMs(policy, { ownMs, name: own, tags: [own] });
  };

  const find = async (key: string): Promise<Envelope<unknown> | undefined> => cache.get(entryOf(key));

  const keep = async (list: List): Promise<void> => {
    // Of one key the last counts.
    const last = new Map(list.map((item) => [entryOf(item.key), { ...item, ms: msOf(item.ttl) }]));
    const entries: EntryToSet[] = [];
    // What could not be got again must not leave the older value in its place.
    const gone: string[] = [];
    for (const [key, { value, ms }] of last) {
      if (value === undefined || ms <= 0) gone.push(key);
      else entries.push({ key, value: sealed(value, ms), tags: [own], ttl: ms / 1_000 });
    }
    await Promise.all([cache.setMany(entries), cache.invalidateTags(gone.map(tagOfKey))]);
  };

  const get = async (key: string): Promise<unknown> => {
    const value = (await find(key))?.value;
    events.emit('get', { key, value });
    return value;
  };

  const mget = async (keys: string[]): Promise<unknown[]> => {
    const envelopes = await cache.getMany<Envelope<unknown>>(keys.map(entryOf));
    const values = envelopes.map((envelope) => envelope?.value);
    events.emit('mget', { keys, values });
    return values;
  };

  const set = async (key: string, value: unknown, ttl?: number): Promise<unknown> => {
    await keep([{ key, value, ttl }]);
    events.emit('set', { key, value });
    return value;
  };

  const mset = async (list: List): Promise<List> => {
    await keep(list);
    events.emit('mset', { list });
    return list;
  };

  const mdel = async (keys: string[]): Promise<boolean> => {
    await cache.invalidateTags(keys.map((key) => tagOfKey(entryOf(key))));
    events.emit('mdel', { keys });
    return true;
  };

  const del = async (key: string): Promise<boolean> => {
    await cache.delete(entryOf(key));
    events.emit('del', { key });
    return true;
  };

  const clear = async (): Promise<boolean> => {
    await cache.invalidateTags([own]);
    events.emit('clear');
    return true;
  };

  const wrap = async (
    key: string,
    load: () => unknown,
    ttlOrOptions?: TtlOf<unknown> | WrapOptions<unknown>,
    threshold?: TtlOf<unknown>,
  ): Promise<unknown> => {
    const { ttl, refreshThreshold, raw }: WrapOptions<unknown> =
      typeof ttlOrOptions === 'object' && ttlOrOptions !== null
        ? ttlOrOptions
        : { ttl: ttlOrOptions, refreshThreshold: threshold };
    let loaded = false;
    const read: Read<Envelope<unknown>> = {
      key: entryOf(key),
      name: own,
      counts: insight.counts.of(own),
      copy: 'clone',
      fallbackMs: policy.fallbackMs,
      load: async () => {
        loaded = true;
        const value = await load();
        return sealed(value, msOf(resolved(ttl, value)));
      },
      tagsOf: () => [own],
      // Not kept, like everywhere in cache-manager: `undefined` is how it says that there is nothing.
      ttlOf: ({ value, expires }) =>
        value === undefined ? -Infinity : expires === undefined ? neverMs : expires - Date.now(),
    };
    const envelope = await reader.read(read);
    const dueMs = resolved(refreshThreshold, envelope.value);
    if (!loaded && dueMs !== undefined && envelope.expires !== undefined && envelope.expires - Date.now() < dueMs)
      void reader.renew(read).then(
        ({ value }) => events.emit('refresh', { key, value }),
        // The application's own failure, and nobody waits for it: whoever wants to know listens.
        (error: unknown) => events.emit('refresh', { key, value: envelope.value, error }),
      );
    return raw ? envelope : envelope.value;
  };

  const face = {
    get,
    mget,
    set,
    mset,
    del,
    mdel,
    clear,
    wrap,
    ttl: async (key: string) => (await find(key))?.expires,
    on: (event: string, listener: () => void) => events.on(event, listener),
    off: (event: string, listener: () => void) => events.off(event, listener),
    /** There is no connection, and the memory goes with the application. */
    disconnect: async () => undefined,
    cacheId: () => policy.prefix,
    stores: [],
  };
  // The types of the values are the callers' to say, as they are in cache-manager.
  return face as unknown as CacheManager;
}

export const cacheManager: Provider = { provide: CACHE_MANAGER, inject: [RUNTIME], useFactory: cacheManagerOn };

function sealed<T>(value: T, ms: number): Envelope<T> {
  return { value, expires: ms === neverMs ? undefined : Date.now() + ms };
}

function resolved<T>(ttl: TtlOf<T>, value: T): number | undefined {
  return typeof ttl === 'function' ? ttl(value) : ttl;
}
