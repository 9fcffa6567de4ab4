// A process that takes a lock, says so, and holds it until it is told that it has lost it.
import { setTimeout as pause } from 'node:timers/promises';
import { sharedCache } from './shared-cache.js';

/** What it tells its parent. */
export type Told = { readonly held: number } | { readonly done: 'lost' };

const [url, name, ttl] = process.argv.slice(2) as [string, string, `${number}ms`];
const shared = sharedCache(url);
const tell = (told: Told) => process.send?.(told);
await shared.cache.lock(name, { ttl, wait: '5s' }, async ({ token, signal }) => {
  tell({ held: token });
  while (!signal.aborted) await pause(5);
});
tell({ done: 'lost' });
await shared.close();
process.disconnect();
