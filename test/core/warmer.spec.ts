// Calls that are made before anybody asks: how many at a time, how fast, by whom, and what becomes of them.
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import type { Locks } from '../../libs/cache/src/core/locks/locks.js';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import { workFrom } from '../../libs/cache/src/core/ahead/warm-work.js';
import type { WarmPlan } from '../../libs/cache/src/core/ahead/warm-plan.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { HandClock } from '../support/hand-clock.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function pass(clock: HandClock, ms: number, stepMs = 50): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    clock.turn(Math.min(left, stepMs));
    await settled();
  }
}

/** Turns the clock until it is there, or for an hour. */
async function outcome<T>(clock: HandClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  for (let steps = 0; !isOver && steps < 3_600; steps++) {
    await settled();
    if (!isOver) clock.turn(steps < 1_000 ? 10 : 1_000);
    await settled();
  }
  expect(isOver).toBe(true);
  return over;
}

/** Rows whose loads take ten milliseconds of the clock. */
function rows(clock: HandClock, cache: ReturnType<typeof core>['cache']) {
  const state = { told: 0, loads: 0, running: 0, most: 0, busyMs: 0, since: 0 };
  const load = async (): Promise<number> => {
    if (state.running++ === 0) state.since = clock.now();
    state.most = Math.max(state.most, state.running);
    await new Promise<void>((resolve) => void clock.after(10, resolve));
    if (--state.running === 0) state.busyMs += clock.now() - state.since;
    return ++state.loads;
  };
  const keysOf = (count: number) => Array.from({ length: count }, (_, at) => `dataroom:row:${at}`);
  const keys = (count: number) => {
    state.told++;
    return keysOf(count);
  };
  const planOf = (count: number): WarmPlan => ({ name: 'rows', keys: () => keys(count), load, tags: (key) => [key] });
  return { state, load, keysOf, planOf, read: (key: string) => cache.getOrLoad(key, { tags: [key] }, load) };
}

describe('a warming', () => {
  it('has what it loads answered from memory, and is no read', async () => {
    const { cache, clock, insight } = core();
    const { state, planOf, read, keysOf } = rows(clock, cache);

    const report = await outcome(clock, cache.warm(planOf(100)));

    expect(report).toMatchObject({ name: 'rows', state: 'done', total: 100, done: 100, loaded: 100, failed: 0 });
    expect(insight.counts.of('row')).toMatchObject({ warmed: 100, hits: 0, misses: { cold: 0 } });
    await Promise.all(keysOf(100).map(read));
    expect(state.loads).toBe(100);
    expect(insight.counts.of('row')).toMatchObject({ warmed: 100, hits: 100 });
  });

  it('loads nothing that is kept already, and what was lost in between', async () => {
    const { cache, clock, insight } = core();
    const { state, planOf, read } = rows(clock, cache);
    await outcome(clock, Promise.all(['dataroom:row:1', 'dataroom:row:7'].map(read)));
    const first = await outcome(clock, cache.warm(planOf(10)));
    await cache.invalidateTags(['dataroom:row:3']);
    const second = await outcome(clock, cache.warm(planOf(10)));

    expect([first, second]).toMatchObject([
      { done: 10, loaded: 8 },
      { done: 10, loaded: 1 },
    ]);
    expect([state.loads, insight.counts.of('row').hits]).toEqual([11, 0]);
  });

  it.each([
    [{}, 1, 0.1],
    [{ share: 0.5, concurrency: 3, batch: 10 }, 3, 0.5],
    [{ share: 1, concurrency: 1 }, 1, 1],
    [{ share: 0.05, concurrency: 4, batch: 7 }, 4, 0.05],
  ])('%j: loads at most so many at a time, for so much of the time', async (pace, concurrency, share) => {
    const { cache, clock } = core();
    const { state, planOf } = rows(clock, cache);
    const beganAt = clock.now();

    const { endedAt } = await outcome(clock, cache.warm({ ...planOf(200), ...pace }));

    expect(state.most).toBe(concurrency);
    const tookMs = endedAt! - beganAt;
    expect(state.busyMs).toBeLessThanOrEqual(tookMs * share + 0.001);
    if (share < 1) expect(state.busyMs).toBeGreaterThan(tookMs * share * 0.9);
  });

  it('I30: keeps nothing that a change has overtaken', async () => {
    const { cache, clock } = core();
    const load = new Deferred<number>();
    const warming = cache.warm({ name: 'rows', keys: () => ['key'], load: () => load.promise, tags: ['row:1'] });
    await pass(clock, 100);
    await cache.invalidateTags(['row:1']);
    load.resolve(1);
    await outcome(clock, warming);

    expect(await cache.getOrLoad('key', { tags: ['row:1'] }, () => Promise.resolve(2))).toBe(2);
  });

  it('I30: is no part of the transaction, the load or the surroundings that it was asked for in', async () => {
    const { cache, clock, frames, transactions, memory } = core();
    const seen: unknown[] = [];
    const load = async () =>
      void seen.push([frames.transaction, frames.surroundings?.('user'), frames.surroundings?.('room')]);
    const plan = { name: 'rows', keys: () => ['key'], load, within: { room: 3 } };
    const warming = frames.withTransaction(transactions.single(), () =>
      cache.within({ user: 7 }, () => cache.warm(plan)),
    );
    await outcome(clock, warming);

    expect(seen).toEqual([[undefined, undefined, 3]]);
    expect(memory.look('key')).toBeDefined();
  });

  it('counts what fails, tells of the first, and goes on', async () => {
    const { cache, clock, events } = core();
    const load = async (key: string) => {
      if (key.endsWith('3')) throw new Error('no such row');
      return key;
    };

    const report = await outcome(clock, cache.warm({ name: 'rows', keys: () => rows(clock, cache).keysOf(30), load }));

    expect(report).toMatchObject({ state: 'done', done: 30, loaded: 27, failed: 3 });
    expect(events.filter(({ kind }) => kind === 'unprepared')).toHaveLength(1);
  });

  it('rejects when its calls cannot be told, and says so', async () => {
    const { cache, clock, insight } = core();
    const failure = new Error('the database is down');
    for (const keys of [() => Promise.reject(failure), () => Promise.resolve(7 as unknown as string[])])
      await expect(outcome(clock, cache.warm({ name: 'rows', keys, load: () => Promise.resolve(1) }))).rejects.toThrow(
        /the database is down|not async iterable/,
      );
    expect(insight.warmings).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
  });

  it('tells how far it has come; what comes one by one has no total', async () => {
    const { cache, clock } = core();
    const { load } = rows(clock, cache);
    const told: unknown[] = [];
    cache.on('warming', ({ state, total, done, loaded }) => told.push([state, total, done, loaded]));
    async function* keys() {
      for (let at = 0; at < 45; at++) yield `dataroom:row:${at}`;
    }

    await outcome(clock, cache.warm({ name: 'rows', keys, load, batch: 20 }));

    expect(told).toEqual([
      ['waiting', null, 0, 0],
      ['running', null, 0, 0],
      ['running', null, 20, 20],
      ['running', null, 40, 40],
      ['running', null, 45, 45],
      ['done', null, 45, 45],
    ]);
  });

  it('of calls: what these load is warmed, whatever they call', async () => {
    const { cache, clock, reader } = core();
    const inner = new Source(() => 1, 'inner');
    const outer = new Source(() => reader.read(inner), 'outer');

    const calls = () => [() => reader.read(outer), () => reader.read(outer)];
    const report = await outcome(clock, cache.warm({ name: 'rows', calls, concurrency: 1 }));

    expect(report).toMatchObject({ done: 2, loaded: 1 });
    expect([outer.counts, inner.counts]).toMatchObject([
      { warmed: 1, misses: { cold: 0 } },
      { warmed: 1, misses: { cold: 0 } },
    ]);
  });

  it('waits until the process is in step, also when it falls out of it', async () => {
    const lease = { held: false, until: 0 };
    const replica = new Replica(lease, 'epoch');
    const coherence = { replica, registrar: new Alone(replica, 100), start: () => {}, stop: () => Promise.resolve() };
    const { cache, clock, insight } = core({}, { coherence });
    const { state, planOf } = rows(clock, cache);
    const warming = cache.warm(planOf(50));
    await pass(clock, 1_000);
    expect([state.loads, insight.warmings[0]!.state]).toEqual([0, 'waiting']);

    Object.assign(lease, { held: true, until: Infinity });
    await pass(clock, 400);
    Object.assign(lease, { held: false, until: 0 });
    await pass(clock, 100);
    const { loads } = state;
    expect(loads).toBeGreaterThan(0);
    await pass(clock, 5_000);
    expect(state.loads).toBe(loads);

    Object.assign(lease, { held: true, until: Infinity });
    expect(await outcome(clock, warming)).toMatchObject({ state: 'done', done: 50 });
  });

  it('does nothing where nothing is cached', async () => {
    const { cache, clock } = core({ enabled: false });
    const { state, planOf } = rows(clock, cache);

    expect(await cache.warm(planOf(10))).toMatchObject({ state: 'stopped', done: 0 });
    expect(state.loads).toBe(0);
  });

  it.each([
    { share: 0 },
    { share: 1.1 },
    { share: Number.NaN },
    { batch: 0 },
    { batch: 1.5 },
    { concurrency: 0 },
    { name: '' },
  ])('is refused with %j', async (wrong) => {
    const { cache, clock } = core();
    const { planOf } = rows(clock, cache);

    await expect(cache.warm({ ...planOf(1), ...wrong })).rejects.toThrow('CACHE_OPTIONS_INVALID');
  });
});

describe('of several warmings', () => {
  it('one is under way in a process at a time', async () => {
    const { cache, clock } = core();
    const { state, load } = rows(clock, cache);
    const plans = ['a', 'b', 'c'].map((name) => ({
      name,
      keys: () => [1, 2, 3, 4].map((at) => `${name}:${at}`),
      load,
    }));

    const reports = await outcome(clock, Promise.all(plans.map((plan) => cache.warm(plan))));

    expect(reports.map(({ loaded }) => loaded)).toEqual([4, 4, 4]);
    expect(state.most).toBe(1);
  });

  it('those of one name are done by one process at a time; the next one finds what was done', async () => {
    const clock = new HandClock();
    const locks = new OwnLocks(clock);
    const [one, other] = [core({}, { clock, locks }), core({}, { clock, locks })];
    const [first, second] = [rows(clock, one.cache), rows(clock, other.cache)];
    const done = Promise.all([one.cache.warm(first.planOf(80)), other.cache.warm(second.planOf(80))]);
    await pass(clock, 1_000);

    expect([one.insight.warmings[0]!.state, other.insight.warmings[0]!.state]).toEqual(['running', 'elsewhere']);
    expect(second.state.loads).toBe(0);

    expect(await outcome(clock, done)).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  });

  it('is gone on with from elsewhere when its holder has died, and left by one who has lost it', async () => {
    const clock = new HandClock();
    const locks = new OwnLocks(clock);
    const [dead, alive] = [core({}, { clock, locks: frozen(locks) }), core({}, { clock, locks })];
    const [first, second] = [rows(clock, dead.cache), rows(clock, alive.cache)];
    const states: string[] = [];
    dead.cache.on('warming', ({ state }) => states.push(state));
    void dead.cache.warm(first.planOf(2_000));
    await pass(clock, 500);
    const done = alive.cache.warm(second.planOf(20));
    await pass(clock, 4_000);
    expect([alive.insight.warmings[0]!.state, second.state.loads]).toEqual(['elsewhere', 0]);

    await pass(clock, 2_500);

    expect(states).toContain('elsewhere');
    expect(await outcome(clock, done)).toMatchObject({ state: 'done', loaded: 20 });
  });

  it('none begins while nobody can say whether another is at it', async () => {
    const clock = new HandClock();
    const own = new OwnLocks(clock);
    let isReachable = false;
    const locks: Locks = {
      take: (...call) => (isReachable ? own.take(...call) : Promise.reject(new Error('Redis does not answer'))),
    };
    const { cache } = core({}, { clock, locks });
    const { state, planOf } = rows(clock, cache);
    const warming = cache.warm(planOf(5));
    await pass(clock, 5_000);
    expect(state.loads).toBe(0);

    isReachable = true;
    expect(await outcome(clock, warming)).toMatchObject({ state: 'done', loaded: 5 });
  });
});

describe('what is planned', () => {
  function planned(times: { atStart: boolean; everyMs: number | undefined }) {
    const parts = core({ ttlMs: 50_000 });
    const own = rows(parts.clock, parts.cache);
    parts.warmer.plan(workFrom(own.planOf(10), parts.cache), times);
    parts.warmer.start();
    return { ...parts, ...own };
  }

  it('is done at the start, and as often as is said', async () => {
    const { clock, state, insight } = planned({ atStart: true, everyMs: 60_000 });
    await pass(clock, 10_000);
    expect([state.loads, insight.warmings[0]]).toMatchObject([10, { state: 'done', startedAt: 0 }]);

    await pass(clock, 49_000);
    expect(state.loads).toBe(10);
    await pass(clock, 10_000);
    expect([state.loads, insight.warmings]).toMatchObject([20, [{ state: 'done', startedAt: 60_000 }]]);
    await pass(clock, 60_000);
    expect(state.loads).toBe(30);
  });

  it('is done by name when somebody says so, and not twice at a time', async () => {
    const { clock, state, insight, warmer } = planned({ atStart: false, everyMs: undefined });
    await pass(clock, 10_000);
    expect([state.loads, insight.warmings[0]]).toMatchObject([0, { state: 'waiting', startedAt: null }]);

    expect([warmer.begin('rows'), warmer.begin('rows'), warmer.begin(), warmer.begin('other')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await pass(clock, 10_000);
    expect(state).toMatchObject({ told: 1, loads: 10 });
    expect(insight.warmings).toMatchObject([{ state: 'done', startedAt: 10_000 }]);
  });

  it('stops at once when the application closes, between two loads, and is free for others', async () => {
    const clock = new HandClock();
    const locks = new OwnLocks(clock);
    const { warmer, cache, insight } = core({}, { clock, locks });
    const { state, planOf } = rows(clock, cache);
    warmer.plan(workFrom(planOf(100), cache), { atStart: true, everyMs: 60_000 });
    warmer.start();
    const other = cache.warm({ ...planOf(100), name: 'another' });
    await pass(clock, 300);
    const { loads } = state;
    expect(loads).toBeGreaterThan(0);

    await warmer.stop();

    expect(await other).toMatchObject({ state: 'stopped', done: 0 });
    expect(insight.warmings).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);
    expect(await locks.take('warm:rows', 1_000)).toBeDefined();
    await pass(clock, 120_000, 1_000);
    expect(state.loads).toBeLessThanOrEqual(loads + 2);
    expect(insight.warmings[0]).toMatchObject({ state: 'stopped', startedAt: 0 });
  });
});

/** Holds of these are never extended or released: their holder has died, or stands still. */
function frozen(locks: Locks): Locks {
  return {
    async take(name, ttlMs) {
      const hold = await locks.take(name, ttlMs);
      return hold && { ...hold, extend: () => new Promise(() => {}), release: () => Promise.resolve() };
    },
  };
}
