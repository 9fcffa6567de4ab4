/**
 * Fills a small cache with far more than it may hold, in every way there is, and prints what the store counted and what the
 * process held. Needs --expose-gc. `no-purge`: a clock whose alarms never ring, to show that the purge is what lets go.
 */
import { queryObjects } from 'node:v8';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import { MethodCounts } from '../../libs/cache/src/core/insight/counts.js';
import { PrivateCopy } from '../../libs/cache/src/core/copy/copy.js';
import { unheard } from '../../libs/cache/src/core/events.js';
import { Load } from '../../libs/cache/src/core/load.js';
import { defaults } from '../../libs/cache/src/core/policy.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import { Shortcut } from '../../libs/cache/src/core/memory/shortcut.js';
import { Transaction } from '../../libs/cache/src/core/transaction.js';
import { HandClock } from '../support/hand-clock.js';

const megabyte = 1024 * 1024;
const bound = 32 * megabyte;
const entries = Number(process.env.SOAK_ENTRIES ?? 100_000);
const purges = process.argv[2] !== 'no-purge';

const clock = new HandClock();
const policy = { ...defaults, maxBytes: bound };
const { cache, memory, reader, transactions } = new Runtime({
  policy,
  clock: purges ? clock : { now: () => clock.now(), after: () => () => {} },
  tell: unheard,
  coherence: alone('soak', 200_000),
});
const shortcuts = new Map<string, string>();

/** The same numbers on every run. */
let seed = 42;
function random(): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return seed / 2 ** 32;
}

const text = (length: number): string => Buffer.alloc(length, 97 + (length % 26)).toString('latin1');

function value(): unknown {
  const size = Math.floor(random() ** 4 * 20_000);
  const kind = random();
  if (kind < 0.3) return text(size);
  if (kind < 0.4) return Buffer.alloc(size);
  if (kind < 0.7) return { id: random(), name: text(20), size, createdAt: new Date(size), tags: [text(5), text(6)] };
  return Array.from({ length: 1 + (size >> 9) }, (_, at) => ({ id: at, name: text(12), updatedAt: new Date(at) }));
}

let mostBytes = 0;
let mostHeld = 0;

async function churn(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const key = `soak:${Math.floor(random() * entries)}`;
    const ttl = 1 + Math.floor(random() * 120);
    const tags = [`row:${i}`, `parent:${i % 1_000}`, 'type:row'];
    const way = random();
    if (way < 0.6) await cache.getOrLoad(key, { tags, ttl, copy: way < 0.1 ? 'freeze' : 'clone' }, load);
    else if (way < 0.75) await readByShortcut(key, ttl, tags);
    else if (way < 0.85) await cache.set(key, value(), { tags, ttl });
    else if (way < 0.9) await cache.delete(key);
    else if (way < 0.99)
      await cache.invalidateTags([`row:${i - Math.floor(random() * 10_000)}`, `parent:${i % 1_000}`]);
    else await inTransaction(key);
    mostBytes = Math.max(mostBytes, memory.bytes);
    if (i % 64 === 0) clock.turn(20);
    // What a WeakRef was asked for stays until the event loop turns.
    if (i % 512 === 0) await turn();
    if (i % Math.ceil(count / 4) === 0) mostHeld = Math.max(mostHeld, await held());
  }
}

const counts = new MethodCounts('soak');

async function load(): Promise<unknown> {
  const loaded = value();
  // Now and then it is not copyable, fails, or takes a turn of the event loop.
  const way = random();
  if (way < 0.01) return () => loaded;
  if (way < 0.05) await Promise.resolve();
  return loaded;
}

async function readByShortcut(key: string, ttl: number, tags: string[]): Promise<void> {
  await reader.read({
    key,
    name: 'soak',
    counts,
    copy: 'clone',
    fallbackMs: 0,
    load,
    tagsOf: () => tags,
    ttlOf: () => ttl * 1_000,
    shortcut: () => new Shortcut(shortcuts, key.slice(5)),
  });
}

/** Half of them are never ended: their connection was lost. */
async function inTransaction(key: string): Promise<void> {
  const transaction = transactions.begin();
  await transactions.run(transaction, () => cache.set(key, value(), { ttl: 5 }));
  await transaction.fence();
  if (random() < 0.5) await transaction.settle(random() < 0.5 ? 'committed' : 'rolled back');
  else await transaction.settle('unknown', Promise.resolve());
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function held(): Promise<number> {
  await turn();
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const megabytes = (bytes: number): number => Math.round((bytes / megabyte) * 10) / 10;

// The list of changes is bounded by number; it is full before the measurement begins, so that it cannot hide a leak later.
await churn(10_000);
for (let i = 0; i < 100_000; i++) await cache.invalidateTags([`tag:${i}`]);
await cache.clear();
const baseline = await held();
mostBytes = mostHeld = 0;

await churn(entries);
const full = { bytes: megabytes(memory.bytes), entries: memory.size };
const heldFull = (await held()) - baseline;

clock.turn(200_000);
const expired = {
  bytes: memory.bytes,
  entries: memory.size,
  held: megabytes((await held()) - baseline),
  alarms: clock.alarms,
};

await churn(10_000);
await cache.clear();
transactions.begin();
await turn();
const left = (kind: new (...args: never[]) => unknown): number => queryObjects(kind as never, { format: 'count' });
const cleared = {
  bytes: memory.bytes,
  entries: memory.size,
  held: megabytes((await held()) - baseline),
  shortcuts: shortcuts.size,
  claims: left(Claim),
  copies: left(PrivateCopy),
  loads: left(Load),
  transactions: left(Transaction),
};

process.stdout.write(
  JSON.stringify({
    bound: megabytes(bound),
    baseline: megabytes(baseline),
    mostBytes: megabytes(mostBytes),
    mostHeld: megabytes(mostHeld - baseline),
    heldFull: megabytes(heldFull),
    full,
    expired,
    cleared,
  }),
);
