/**
 * The rivals, each as its documentation sets up a tagged entry in memory. Neither keeps classes, and bentocache makes texts of
 * dates; neither keeps a load that began before an invalidation from being stored after it.
 */
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { Cacheable, createKeyv } from 'cacheable';
import { source, tagsOf, type Kind } from './files.js';
import type { Bounds, Subject } from './subject.js';

const ttl = '5m';

/** Spelled more cheaply than our own keys, to their advantage. */
function keyOf(kind: Kind, id: string): string {
  return `dataroom:FileService.${kind}:${id}`;
}

/** `serialize: true` is its default; `false` shares references, so that what a caller does to a value shows in the cache. */
export function bento({ entries }: Bounds, serialize: boolean): Subject {
  const store = bentostore().useL1Layer(memoryDriver({ maxItems: entries, serialize }));
  const cache = new BentoCache({ default: 'memory', stores: { memory: store } });
  let loads = 0;
  return {
    reader: (kind) => (id) =>
      cache.getOrSet({
        key: keyOf(kind, id),
        ttl,
        tags: tagsOf(id),
        factory: async () => {
          loads++;
          return source.load(kind, id);
        },
      }),
    delete: (kind, id) => cache.delete({ key: keyOf(kind, id) }),
    invalidate: (tag) => cache.deleteByTag({ tags: [tag] }),
    get loads() {
      return loads;
    },
    faithful: false,
    close: () => cache.disconnectAll(),
  };
}

/**
 * Its `getOrSet` and `wrap` drop tags, so a tagged read is a `get` and, on a miss, a `set`.
 * `useClone: true` is its default; `false` shares references.
 */
export function cacheable({ entries }: Bounds, useClone: boolean): Subject {
  // A tagged entry takes two places: its value, and what its tags were.
  const cache = new Cacheable({
    primary: createKeyv({ useClone, lruSize: entries >= 100_000 ? 0 : 2 * entries + 1_000 }),
    tags: true,
  });
  let loads = 0;
  return {
    reader: (kind) => async (id) => {
      const key = keyOf(kind, id);
      const kept: unknown = await cache.get(key);
      if (kept !== undefined) return kept;
      loads++;
      const value = source.load(kind, id);
      await cache.set(key, value, { ttl, tags: tagsOf(id) });
      return value;
    },
    delete: (kind, id) => cache.delete(keyOf(kind, id)),
    invalidate: (tag) => cache.tags.invalidateTag(tag),
    get loads() {
      return loads;
    },
    faithful: false,
    close: () => cache.disconnect(),
  };
}
