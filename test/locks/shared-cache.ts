// A cache whose locks are those of a Redis, as an application has it; without Nest and without a database.
import { randomUUID } from 'node:crypto';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import type { Cache } from '../../libs/cache/src/core/cache.js';
import { unheard } from '../../libs/cache/src/core/events.js';
import { defaults } from '../../libs/cache/src/core/policy.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisLocks } from '../../libs/cache/src/redis/redis-locks.js';

export const budgetMs = 100;

export function sharedCache(url: string): { readonly cache: Cache; close(): Promise<void> } {
  const connections = new Connections(url, { budgetMs, patienceMs: 1_000 });
  connections.start();
  const { calls: client, within } = connections;
  const { cache } = new Runtime({
    policy: defaults,
    clock: systemClock,
    tell: unheard,
    coherence: alone(randomUUID(), 100),
    locks: new RedisLocks({ client, within, prefix: 'locks', newId: randomUUID }),
  });
  return { cache, close: () => connections.close() };
}
