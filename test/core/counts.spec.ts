// What is counted of reads, and why one was not answered.
import { describe, expect, it } from '@jest/globals';
import { Alone, alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import { Counts, type MissReason } from '../../libs/cache/src/core/insight/counts.js';
import { Events } from '../../libs/cache/src/core/events.js';
import { bounds, Histogram } from '../../libs/cache/src/core/insight/histogram.js';
import { noStore, type Found, type SharedStore } from '../../libs/cache/src/core/store.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';

type Made = ReturnType<typeof core>;

/** Those reasons of which there was one, and how often. */
function missesOf({ counts }: Source<unknown>): Partial<Record<MissReason, number>> {
  return Object.fromEntries(Object.entries(counts.misses).filter(([, count]) => count > 0));
}

async function change({ transactions }: Made, ...tags: string[]): Promise<void> {
  await transactions.change(tags);
}

describe('each read is counted once', () => {
  it('as a hit, a joined load, or a miss', async () => {
    const { reader } = core();
    const answer = new Deferred<number>();
    const source = new Source(() => answer.promise);

    const together = [reader.read(source), reader.read(source), reader.read(source)];
    answer.resolve(1);
    await Promise.all(together);
    await reader.read(source);

    const { hits, joined, sharedHits, loads } = source.counts.counted;
    expect({ hits, joined, sharedHits, loads: loads.count, misses: missesOf(source) }).toEqual({
      hits: 1,
      joined: 2,
      sharedHits: 0,
      loads: 1,
      misses: { cold: 1 },
    });
  });

  it('who joins a load that fails has joined it', async () => {
    const { reader } = core();
    const source = new Source(() => Promise.reject(new Error('no')));

    await Promise.allSettled([reader.read(source), reader.read(source)]);

    expect(source.counts).toMatchObject({ hits: 0, joined: 1, failedLoads: 1 });
    expect(missesOf(source)).toEqual({ cold: 1 });
  });

  it('what another process has kept is a shared hit', async () => {
    const stamp = { epoch: 'epoch of the test', position: 0 };
    const origin = { by: 'another', tookMs: 8, ageMs: 100 };
    const found: Found = { value: () => 1, weight: 1, stamp, tags: [], fallbackMs: 0, remainsMs: 1_000, ...origin };
    const fetch: SharedStore['fetch'] = async (_key, stands) => (stands(found) ? { found } : {});
    const { reader, memory, clock } = core({}, { store: { ...noStore, fetch } });
    clock.turn(1_000);
    const source = new Source(() => 2);

    expect([await reader.read(source), await reader.read(source)]).toEqual([1, 1]);

    expect(source.counts).toMatchObject({ sharedHits: 1, hits: 1, misses: { cold: 0 } });
    expect(memory.look('key')).toMatchObject({ by: 'another', tookMs: 8, loadedAt: 1_000 - 100 - 8 });
  });

  it('a renewal is none', async () => {
    const { reader } = core();
    const source = new Source(() => 1);
    await reader.read(source);

    await reader.renew(source);

    expect(source.counts).toMatchObject({ hits: 0, refreshes: 1 });
    expect(missesOf(source)).toEqual({ cold: 1 });
  });

  it('by `cache.get` and `getOrLoad` as of the kind of its key', async () => {
    const { cache } = core();
    const key = cache.key('stats', 'room', 7);
    await cache.get(key);
    await cache.getOrLoad(key, {}, async () => 1);
    await cache.get(key);

    const [stats] = cache.statistics().methods;
    expect(stats).toMatchObject({ name: 'stats', hits: 1, misses: { cold: 2 }, loads: { count: 1 } });
  });
});

describe('the reason of a miss', () => {
  /** What the last read was counted as, and what is remembered of its key. */
  function reasonOf({ insight }: Made, key = 'key') {
    return insight.traces.lastMissOf(key);
  }

  it('cold: nothing was kept', async () => {
    const made = core();
    await made.reader.read(new Source(() => 1));
    expect(reasonOf(made)).toEqual({ reason: 'cold', objection: undefined, at: 0 });
  });

  it.each([
    ['before it was swept out', 60_000],
    ['after', 90_000],
  ])('expired, %s', async (_when, later) => {
    const made = core({ purgeEveryMs: 20_000 });
    const source = new Source(() => 1);
    await made.reader.read(source);
    made.clock.turn(later);

    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, expired: 1 });
    expect(reasonOf(made)).toMatchObject({ reason: 'expired', at: later });
  });

  it('evicted: others needed the room', async () => {
    const made = core({ maxEntries: 2 });
    const one = new Source(() => 1, 'one');
    await made.reader.read(one);
    for (const key of ['two', 'three']) await made.reader.read(new Source(() => 1, key));

    await made.reader.read(one);

    expect(missesOf(one)).toEqual({ cold: 1, evicted: 1 });
    expect(made.cache.statistics().memory.evictions).toBe(2);
  });

  it('evicted by whoever is beyond his share', async () => {
    const made = core({ maxEntries: 4, scopeShare: 0.25 });
    const of = (scope: string, key: string) => Object.assign(new Source(() => 1, key), { scope });
    const first = of('room=1', 'first');
    await made.reader.read(first);
    for (const key of ['second', 'third', 'fourth']) await made.reader.read(of('room=1', key));
    await made.reader.read(of('room=2', 'fifth'));

    await made.reader.read(first);

    expect(missesOf(first)).toEqual({ cold: 1, evicted: 1 });
  });

  it('invalidated: by which tag, where in the list', async () => {
    const made = core();
    const source = new Source(() => 1);
    await made.reader.read(source);
    await change(made, 'row:1');

    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, invalidated: 1 });
    expect(reasonOf(made)?.objection).toEqual({ how: 'changed', tag: 'row:1', position: 2 });
  });

  it('invalidated: what is older than all that the list remembers', async () => {
    const made = core({}, { coherence: alone('epoch of the test', 4) });
    const source = new Source(() => 1);
    await made.reader.read(source);
    for (let i = 0; i < 4; i++) await change(made, `other:${i}`);

    await made.reader.read(source);

    expect(reasonOf(made)).toMatchObject({ reason: 'invalidated', objection: { how: 'forgotten' } });
  });

  it('invalidated: everything was, and memory has nothing of it any more, but what was loaded since', async () => {
    const made = core();
    const { cache, reader, memory, insight, transactions } = made;
    const [one, other] = [new Source(() => 1, 'one'), new Source(() => 1, 'other')];
    await reader.read(one);
    await reader.read(other);
    // Whoever reads while it is being cleared.
    const change = transactions.change.bind(transactions);
    transactions.change = async (tags) => {
      await change(tags);
      await reader.read(other);
    };

    await cache.clear();

    expect(memory.keys()).toEqual(['other']);
    expect(insight.traces.goneOf('one')).toMatchObject({
      reason: 'invalidated',
      objection: { how: 'changed', tag: '*' },
    });
    await reader.read(one);
    await reader.read(other);
    expect([missesOf(one), missesOf(other)]).toEqual([
      { cold: 1, invalidated: 1 },
      { cold: 1, invalidated: 1 },
    ]);
    expect(other.counts.hits).toBe(1);
  });

  it('cold again: what had made room for others was loaded anew, and is gone without a reason', async () => {
    const { reader, memory } = core({ maxEntries: 2 });
    const source = new Source(() => 1, 'one');
    await reader.read(source);
    for (const key of ['two', 'three']) await reader.read(new Source(() => 1, key));
    await reader.read(source);
    memory.clear();
    await reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 2, evicted: 1 });
  });

  it('fenced: a transaction is about to change it, and what was loaded meanwhile is not kept', async () => {
    const made = core();
    const source = new Source(() => 1);
    await made.reader.read(source);
    const writing = made.transactions.begin();
    writing.touch(['row:1']);
    await writing.fence();

    await made.reader.read(source);
    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, fenced: 2 });
    expect(reasonOf(made)?.objection).toEqual({ how: 'fenced', tag: 'row:1' });
  });

  it('invalidated: a change came while it was loaded, so that it was not kept', async () => {
    const made = core();
    const source = new Source(() => change(made, 'row:1').then(() => 1));
    await made.reader.read(source);

    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, invalidated: 1 });
  });

  it('in transaction', async () => {
    const made = core();
    const source = new Source(() => 1);
    const transaction = made.transactions.begin();
    await made.transactions.run(transaction, () => made.reader.read(source));

    expect(missesOf(source)).toEqual({ 'in transaction': 1 });
    expect(reasonOf(made)?.reason).toBe('in transaction');
  });

  it('incoherent: this process cannot know what others write; and before its writes are followed', async () => {
    const lease = { held: true, until: Infinity };
    const replica = new Replica(lease, 'epoch');
    const registrar = new Alone(replica, 100);
    const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
    const made = core({ fallbackMs: 0 }, { coherence });
    const source = new Source(() => 1);
    await made.reader.read(source);
    Object.assign(lease, { held: false, until: 0 });

    await made.reader.read(source);
    made.reader.close();
    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, incoherent: 2 });
  });

  it('a blind answer is a hit, and counted as blind', async () => {
    const lease = { held: true, until: Infinity };
    const replica = new Replica(lease, 'epoch');
    const registrar = new Alone(replica, 100);
    const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
    const made = core({ fallbackMs: 5_000 }, { coherence });
    const source = Object.assign(new Source(() => 1), { fallbackMs: 5_000 });
    await made.reader.read(source);
    await made.reader.read(source);
    Object.assign(lease, { held: false, until: 0 });

    await made.reader.read(source);

    expect(source.counts).toMatchObject({ hits: 2, blind: 1 });
  });

  it('disabled', async () => {
    const made = core({ enabled: false });
    const source = new Source(() => 1);
    await made.reader.read(source);
    expect(missesOf(source)).toEqual({ disabled: 1 });
  });

  it('too big: the last result was larger than all the memory', async () => {
    const made = core({ maxBytes: 2_000 });
    const source = new Source(() => 'x'.repeat(4_000));
    await made.reader.read(source);

    await made.reader.read(source);

    expect(missesOf(source)).toEqual({ cold: 1, 'too big': 1 });
  });

  it.each([
    ['no copy of it would be faithful', { give: () => () => 1 }],
    ['it does not last', { ttlMs: 0 }],
  ])(
    'not cacheable: %s',
    async (_why, { give = () => 1, ttlMs = 60_000 }: { give?: () => unknown; ttlMs?: number }) => {
      const made = core();
      const source = Object.assign(new Source(give), { ttlMs });
      await made.reader.read(source);

      await made.reader.read(source);

      expect(missesOf(source)).toEqual({ cold: 1, 'not cacheable': 1 });
    },
  );

  it.each<[string, (made: Made, source: Source<number>) => Promise<unknown>, unknown]>([
    ['loaded', ({ reader }, source) => reader.read(source), 1],
    ['missing for whoever only looks', ({ reader }, { key, counts }) => reader.peek(key, counts), undefined],
    [
      'missing for whoever looks for several',
      ({ cache }, { key }) => cache.getMany([key]).then(([one]) => one),
      undefined,
    ],
  ])('not cacheable: what its class does not make any more is %s, and a fault', async (_, ask, expected) => {
    const made = core();
    const { reader, memory, cache, events } = made;
    const source = new Source(() => 1);
    await reader.read(source);
    Reflect.set(memory.look(source.key)!.kept, 'give', () => {
      throw new Error('not today');
    });

    expect(await ask(made, source)).toBe(expected);

    expect(events).toMatchObject([{ kind: 'fault', during: 'copying what is kept for a key without kind' }]);
    const methods = [source.counts.counted, ...cache.statistics().methods];
    expect(methods.map(({ hits, misses }) => hits + misses['not cacheable'])).toContain(1);
    expect(methods.reduce((sum, { hits }) => sum + hits, 0)).toBe(0);
  });

  it('redis error: what others keep could not be asked for', async () => {
    const store = { ...noStore, fetch: async () => ({ failed: true }) };
    const made = core({}, { store });
    const source = new Source(() => 1);
    await made.reader.read(source);
    expect(missesOf(source)).toEqual({ 'redis error': 1 });
  });

  it('is remembered for the last two thousand keys, and no more', async () => {
    const made = core({ maxEntries: 10 });
    for (let i = 0; i < 2_100; i++) await made.reader.read(new Source(() => 1, `key ${i}`));

    expect([reasonOf(made, 'key 0'), reasonOf(made, 'key 2099')]).toMatchObject([undefined, { reason: 'cold' }]);
  });
});

describe('counts', () => {
  it('durations are counted by their length, as they are read out', () => {
    const histogram = new Histogram();
    for (const ms of [0, 1, 1.5, 10_000, 20_000]) histogram.add(ms);

    const { count, sumMs, buckets } = histogram.counted;
    expect([count, sumMs, buckets.length]).toEqual([5, 30_002.5, bounds.length + 1]);
    expect([buckets[0], buckets[1], buckets.at(-2), buckets.at(-1)]).toEqual([2, 1, 1, 1]);
  });

  it('names that callers make up take no more room than a thousand of them', () => {
    const counts = new Counts();
    for (let i = 0; i < 5_000; i++) counts.of(`kind ${i}`).hits++;

    const names = [...counts.methods];
    expect(names).toHaveLength(1_001);
    expect(names.at(-1)).toMatchObject({ name: 'everything else', hits: 4_000 });
  });

  it('changes of state and faults are counted as they are told', () => {
    const events = new Events(() => {});
    const { cache } = core({}, { events });
    const counted = () => {
      const { lapses, breakerOpen, breakerOpenings, faults } = cache.statistics();
      return [lapses, breakerOpen, breakerOpenings, faults];
    };
    expect(counted()).toEqual([0, false, 0, 0]);

    for (const inStep of [true, false, true, false]) events.tell({ kind: 'trust', inStep });
    for (const open of [true, false, true]) events.tell({ kind: 'breaker', open });
    events.tell({ kind: 'fault', during: 'a test', error: new Error('told') });
    expect(counted()).toEqual([2, true, 2, 1]);

    events.tell({ kind: 'breaker', open: false });
    expect(counted()).toEqual([2, false, 2, 1]);
  });

  it('entries that have gone are counted by why', async () => {
    const { reader, cache, clock } = core({ maxEntries: 2 });
    for (const key of ['one', 'two', 'three']) await reader.read(new Source(() => 1, key));
    clock.turn(90_000);

    expect(cache.statistics().memory).toMatchObject({ evictions: 1, expirations: 2, entries: 0 });
  });

  it('transactions are counted by what became of them, and how long their commits waited', async () => {
    const made = core();
    const one = made.transactions.begin();
    one.touch(['row:1']);
    await one.fence();
    await one.settle('rolled back');
    await change(made, 'row:2', 'row:3');

    const { transactions, invalidations } = made.cache.statistics();
    expect(transactions).toMatchObject({ committed: 1, rolledBack: 1, commitWaits: { count: 2 } });
    expect(invalidations).toBe(2);
  });
});
