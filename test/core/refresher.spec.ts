// Entries that are loaded anew before they expire: which, when, by whom, and what must never come of it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import type { Again, Read } from '../../libs/cache/src/core/read.js';
import type { Draft, Found, SharedStore } from '../../libs/cache/src/core/store.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { HandClock } from '../support/hand-clock.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Loaded anew in the last fifth of its life. */
class Renewed<T> extends Source<T> {
  scope: string | undefined;
  /** What a second call would ask for. */
  again(): Again {
    return { name: this.name, part: 0.2, weight: 1_000, read: (): Read<unknown> | undefined => this };
  }
}

/** Entries in what stands for Redis: read and written at once, with the age that the clock gives them. */
class Shelf implements SharedStore {
  readonly #clock: HandClock;
  readonly #drafts = new Map<string, { readonly draft: Draft; readonly ttlMs: number; readonly at: number }>();

  constructor(clock: HandClock) {
    this.#clock = clock;
  }

  async get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    const kept = this.#drafts.get(key);
    if (kept === undefined) return undefined;
    const { value, ...rest } = kept.draft;
    const ageMs = this.#clock.now() - kept.at;
    const found = { ...rest, ageMs, remainsMs: kept.ttlMs - ageMs, value: () => structuredClone(value) };
    return found.remainsMs > 0 && stands(found) ? found : undefined;
  }

  async fetch(key: string, stands: (found: Found) => boolean) {
    return { found: await this.get(key, stands) };
  }

  getMany(): undefined {}

  put(key: string, draft: Draft, ttlMs: number): void {
    this.#drafts.set(key, { draft, ttlMs, at: this.#clock.now() });
  }
}

/** A time step by step, with room for promises in between. */
async function pass(clock: HandClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    clock.turn(Math.min(left, 250));
    await settled();
  }
}

/** Processes with a list, a store, locks and a clock in common. */
function together(count: number) {
  const clock = new HandClock();
  const store = new Shelf(clock);
  const locks = new OwnLocks(clock);
  const replica = new Replica({ held: true, until: Infinity }, 'epoch');
  const registrar = new Alone(replica, 100);
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  const processes = Array.from({ length: count }, (_, at) =>
    core({}, { clock, store, locks, coherence, name: `process ${at}` }),
  );
  return { clock, processes };
}

describe('an entry that is used', () => {
  it('is loaded anew in the last fifth of its time, once, and nobody waits', async () => {
    const { reader, clock, insight } = core();
    let value = 1;
    const source = new Renewed(() => value++);
    await reader.read(source);
    await reader.read(source);

    await pass(clock, 47_500);
    expect(source.loads).toBe(1);
    await pass(clock, 1_500);
    expect(source.loads).toBe(2);
    await pass(clock, 20_000);

    expect([await reader.read(source), source.loads]).toEqual([2, 2]);
    expect(source.counts).toMatchObject({ refreshes: 1, hits: 2, misses: { cold: 1, expired: 0 } });
    expect(insight.counts.expirations).toBe(0);
  });

  it('goes on to be loaded for as long as it is used, and expires when it is not', async () => {
    const { reader, clock, memory } = core();
    const source = new Renewed(() => 1);
    for (let minute = 0; minute < 10; minute++) {
      await reader.read(source);
      await pass(clock, 47_000);
    }
    expect(source.counts).toMatchObject({ misses: { cold: 1, expired: 0 } });
    const { loads } = source;

    await pass(clock, 200_000);

    expect(source.loads).toBeLessThanOrEqual(loads + 1);
    expect([memory.size, clock.alarms]).toEqual([0, 0]);
  });

  it('is loaded anew too if it is first used in the last fifth, or was passed over when room was made', async () => {
    const { reader, clock } = core({ maxEntries: 8, scopeShare: 0.25 });
    const late = new Renewed(() => 1, 'late');
    await reader.read(late);
    await pass(clock, 50_000);
    await reader.read(late);
    await pass(clock, 5_000);
    expect(late.loads).toBe(2);

    const hot = new Renewed(() => 1, 'hot');
    hot.scope = 'room=1';
    await reader.read(hot);
    await reader.read(hot);
    for (let at = 0; at < 12; at++) {
      const other = new Source(() => 1, `other ${at}`);
      await reader.read(Object.assign(other, { scope: 'room=1' }));
    }
    await pass(clock, 50_000);
    expect(hot.loads).toBe(2);
  });

  it('is not loaded when nobody has used it, nor when it has been evicted, deleted or replaced', async () => {
    const { reader, clock, memory } = core();
    const [idle, gone, replaced] = ['idle', 'gone', 'replaced'].map((key) => new Renewed(() => 1, key));
    for (const source of [idle!, gone!, gone!, replaced!, replaced!]) await reader.read(source);
    memory.delete('gone');
    await pass(clock, 30_000);
    await reader.renew(replaced!);
    await pass(clock, 25_000);

    expect([idle!.loads, gone!.loads, replaced!.loads]).toEqual([1, 1, 2]);
  });
});

describe('a refresh', () => {
  /** Read twice, so that it will be refreshed, by a load that the test ends. */
  async function due() {
    const parts = core();
    const loads: Deferred<number>[] = [];
    const source = new Renewed(() => {
      const load = new Deferred<number>();
      loads.push(load);
      return load.promise;
    });
    const first = parts.reader.read(source);
    await settled();
    loads[0]!.resolve(1);
    await first;
    await parts.reader.read(source);
    return { ...parts, source, loads };
  }

  it('I30: does not begin from an entry that was invalidated', async () => {
    const { clock, cache, source } = await due();
    await cache.invalidateTags(['row:1']);

    await pass(clock, 60_000);

    expect(source.loads).toBe(1);
  });

  it('I30: that a change has overtaken is not kept, and whoever reads meanwhile is not answered by it', async () => {
    const { reader, clock, cache, source, loads, memory } = await due();
    await pass(clock, 50_000);
    expect(source.loads).toBe(2);
    await cache.invalidateTags(['row:1']);
    const reading = reader.read(source);
    await settled();

    loads[1]!.resolve(2);
    await settled();
    loads[2]!.resolve(3);

    expect(await reading).toBe(3);
    expect(memory.look('key')?.kept.held).toBe(3);
    expect([await reader.read(source), source.loads]).toEqual([3, 3]);
  });

  it('I30: that began before a fence is not kept when that is settled', async () => {
    const { reader, clock, transactions, source, loads } = await due();
    await pass(clock, 50_000);
    const transaction = transactions.single();
    transaction.touch(['row:1']);
    await transaction.fence();
    loads[1]!.resolve(2);
    await settled();
    await transaction.settle('committed');

    const reading = reader.read(source);
    await settled();
    loads[2]!.resolve(3);

    expect(await reading).toBe(3);
  });

  it('that fails leaves the entry as it is until it expires, and is told of once', async () => {
    const { reader, clock, events, source, loads } = await due();
    await pass(clock, 50_000);
    loads[1]!.reject(new Error('the source is down'));
    await pass(clock, 9_000);

    expect(await reader.read(source)).toBe(1);
    expect(source.loads).toBe(2);
    expect(events.filter(({ kind }) => kind === 'unprepared')).toEqual([
      expect.objectContaining({ name: 'Source.read', by: 'refreshing', error: new Error('the source is down') }),
    ]);
  });

  it('I31: belongs to nobody: not to the request whose timer it runs by, nor to a transaction', async () => {
    const requests = new AsyncLocalStorage<string>();
    const { reader, clock, frames, transactions } = core();
    const seen: unknown[] = [];
    const source = new Renewed(() => void seen.push([requests.getStore(), frames.transaction, frames.surroundings]));
    const transaction = transactions.single();
    const surroundings = () => 7;
    await requests.run('a request', () => frames.within(surroundings, () => reader.read(source)));
    await reader.read(source);

    await requests.run('another', () => frames.withTransaction(transaction, () => pass(clock, 50_000)));

    expect(seen).toEqual([
      ['a request', undefined, surroundings],
      [undefined, undefined, undefined],
    ]);
  });

  it('what it reads on its way is no read of anybody, on whose behalf soever', async () => {
    const { reader, clock, frames, memory } = core();
    const helper = new Source(() => 1, 'helper');
    const source = new Renewed(
      () =>
        frames.within(
          () => 7,
          () => reader.read(helper),
        ),
      'outer',
    );
    await reader.read(source);
    await reader.read(source);
    memory.delete('helper');

    await pass(clock, 50_000);

    expect([source.loads, helper.loads]).toEqual([2, 2]);
    expect(Object.values(helper.counts.misses).reduce((sum, count) => sum + count)).toBe(1);
  });

  it('I31: is not made when the call would ask for another key by now, or cannot be told', async () => {
    const { reader, clock } = core();
    const changed = new Renewed(() => 1, 'changed');
    const lost = new Renewed(() => 1, 'lost');
    const another = new Source(() => 2, 'another');
    changed.again = () => ({ name: 'name', part: 0.2, weight: 1, read: () => another });
    lost.again = () => ({ name: 'name', part: 0.2, weight: 1, read: () => undefined });
    for (const source of [changed, changed, lost, lost]) await reader.read(source);

    await pass(clock, 60_000);

    expect([changed.loads, lost.loads, another.loads]).toEqual([1, 1, 0]);
    expect(await reader.read(changed)).toBe(1);
  });

  it('is one of at most two of its method; the others have their turn', async () => {
    const { reader, clock } = core();
    let running = 0;
    let most = 0;
    const waiting: Deferred<void>[] = [];
    let isFirst = true;
    const sources = Array.from(
      { length: 20 },
      (_, at) =>
        new Renewed(async () => {
          if (isFirst) return;
          most = Math.max(most, ++running);
          const load = new Deferred<void>();
          waiting.push(load);
          await load.promise;
          running--;
        }, `key ${at}`),
    );
    for (const source of [...sources, ...sources]) await reader.read(source);
    isFirst = false;

    await pass(clock, 48_000);
    for (let step = 0; step < 20; step++) {
      await pass(clock, 100);
      for (const load of waiting.splice(0)) load.resolve();
      await settled();
    }

    expect(most).toBe(2);
    expect(sources.map(({ loads }) => loads)).toEqual(sources.map(() => 2));
  });
});

describe('among processes that share a store', () => {
  it('one refreshes for all, though all have used it, and the others take what it has loaded', async () => {
    const { clock, processes } = together(10);
    let value = 0;
    const sources = processes.map(() => new Renewed(() => ++value));
    for (const [at, { reader }] of processes.entries()) {
      await reader.read(sources[at]!);
      await reader.read(sources[at]!);
    }
    expect(value).toBe(1);

    await pass(clock, 61_000);

    expect(value).toBe(2);
    for (const [at, { reader }] of processes.entries()) expect(await reader.read(sources[at]!)).toBe(2);
    expect(value).toBe(2);
    expect(sources.reduce((sum, { counts }) => sum + counts.refreshes, 0)).toBe(1);
  });

  it('the others do not wait for one that died over it', async () => {
    const { clock, processes } = together(2);
    const dead = new Renewed(() => 1);
    const alive = new Renewed(() => 1);
    dead.ttlMs = alive.ttlMs = 300_000;
    for (const [at, source] of [dead, alive].entries()) {
      await processes[at]!.reader.read(source);
      await processes[at]!.reader.read(source);
    }
    dead.load = () => new Promise(() => {});
    await pass(clock, 239_000);
    alive.load = () => Promise.resolve(2);
    await pass(clock, 20_000);

    expect(await processes[1]!.reader.read(alive)).toBe(2);
  });

  it('one that is out of step refreshes nothing', async () => {
    const lease = { held: true, until: Infinity };
    const replica = new Replica(lease, 'epoch');
    const coherence = { replica, registrar: new Alone(replica, 100), start: () => {}, stop: () => Promise.resolve() };
    const { reader, clock } = core({}, { coherence });
    const source = new Renewed(() => 1);
    await reader.read(source);
    await reader.read(source);
    Object.assign(lease, { held: false, until: 0 });
    await pass(clock, 55_000);
    expect(source.loads).toBe(1);

    Object.assign(lease, { held: true, until: Infinity });
    await pass(clock, 4_000);
    expect(source.loads).toBe(2);
  });
});
