// Many keys at once: what `getMany` and `setMany` promise beyond what `get` and `set` do for each of them.
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import type { Batch } from '../../libs/cache/src/core/batch-source.js';
import { MethodCounts } from '../../libs/cache/src/core/insight/counts.js';
import type { Draft, Fetched, Found, SharedStore, Wanted } from '../../libs/cache/src/core/store.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';

/** What others keep, told when the test says so. */
class AnswersLate implements SharedStore {
  readonly drafts = new Map<string, Draft>();
  readonly asked: string[][] = [];
  answers = Promise.resolve();
  fails = false;

  async fetch(): Promise<Fetched> {
    return {};
  }

  async get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    return (await this.getMany([{ key, stands }]))[0]?.found;
  }

  async getMany(wanted: readonly Wanted[]): Promise<readonly Fetched[]> {
    this.asked.push(wanted.map(({ key }) => key));
    await this.answers;
    if (this.fails) return wanted.map(() => ({ failed: true }));
    return wanted.map(({ key, stands }) => {
      const draft = this.drafts.get(key);
      const found = draft && { ...draft, remainsMs: 60_000, ageMs: 0, value: () => structuredClone(draft.value) };
      return { found: found !== undefined && stands(found) ? found : undefined };
    });
  }

  put(): void {}
}

function sharing() {
  const replica = new Replica({ held: true, until: Infinity }, 'epoch');
  const registrar = new Alone(replica, 100);
  const store = new AnswersLate();
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  const keep = (key: string, value: unknown, tags: readonly string[] = []) =>
    store.drafts.set(key, {
      value,
      stamp: replica.stamp,
      tags,
      weight: 10,
      by: 'another',
      tookMs: 1,
      fallbackMs: 0,
    });
  return { ...core({}, { coherence, store }), store, replica, keep };
}

type Whole = ReturnType<typeof core>;
type Values = Readonly<Record<string, number>>;

/** Numbers under their keys, in one table that `load` reads at one instant. */
function table({ reader, policy }: Whole, tags: (key: string) => readonly string[] = (key) => [`row:${key}`]) {
  const values: Record<string, number> = {};
  const calls: string[] = [];
  const counts = new MethodCounts('table');
  const before = { load: Promise.resolve() };
  const behind = { load: Promise.resolve() };
  const batch = (keys: readonly string[]): Batch<number> => ({
    name: 'table',
    counts,
    timeoutMs: undefined,
    reads: keys.map((key) => ({
      key,
      name: 'table',
      counts,
      copy: 'clone',
      fallbackMs: policy.fallbackMs,
      load: () => Promise.reject(new Error('Nobody asks for a single one.')),
      tagsOf: () => tags(key),
      ttlOf: () => undefined,
    })),
    load: async (reads) => {
      calls.push(reads.map(({ key }) => key).join());
      await before.load;
      const seen = reads.map(({ key }) => values[key] ?? 0);
      await behind.load;
      return seen;
    },
  });
  const read = async (...keys: string[]): Promise<Values> => {
    const numbers = await reader.many.read(batch(keys));
    return Object.fromEntries(keys.map((key, at) => [key, numbers[at]!]));
  };
  return { values, calls, counts, before, behind, read };
}

const turn = () => new Promise(setImmediate);

describe('getMany', () => {
  it('asks others once, for what memory has not, and each key once', async () => {
    const { cache, store, keep } = sharing();
    await cache.set('mine', 1);
    keep('theirs', 2);

    expect(await cache.getMany(['theirs', 'mine', 'none', 'theirs'])).toEqual([2, 1, undefined, 2]);
    expect(await cache.getMany(['theirs', 'mine'])).toEqual([2, 1]);
    expect(store.asked).toEqual([['theirs', 'none']]);
  });

  it('I26: answers nothing that others keep and that has changed here', async () => {
    const { cache, keep } = sharing();
    for (const key of ['one', 'two']) keep(key, key, [`row:${key}`]);
    await cache.invalidateTags(['row:one']);

    expect(await cache.getMany(['one', 'two'])).toEqual([undefined, 'two']);
  });

  it('I33: what it gives was true at one instant, also of what memory had before others were asked', async () => {
    const { cache, store, keep } = sharing();
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: 'old' })));
    keep('c', 'theirs');
    const told = new Deferred<void>();
    store.answers = told.promise;
    const both = cache.getMany(['a', 'b', 'c']);
    await turn();
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: 'new' })));
    told.resolve();

    expect(await both).toEqual(['new', 'new', 'theirs']);
  });

  it('I33: answers nothing that others keep and that changes while the rest of it is looked at', async () => {
    const { cache, store, replica, keep } = sharing();
    keep('a', 'theirs', ['row:1']);
    keep('b', 'theirs');
    const write = () =>
      replica.apply({ kind: 'settle', position: replica.stamp.position + 1, fence: 'f', changed: ['row:1'] });
    const getMany = store.getMany.bind(store);
    store.getMany = async (wanted) => {
      const fetched = await getMany(wanted);
      Object.defineProperty(fetched[1]!.found, 'tookMs', { get: () => (write(), 1) });
      return fetched;
    };

    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, 'theirs']);
  });

  it('gives everything that it depends on to whoever loads with its help, and its absence no less', async () => {
    for (const key of ['mine', 'theirs', 'none']) {
      const { cache, reader, keep } = sharing();
      await cache.set('mine', 1, { tags: ['row:mine'] });
      keep('theirs', 2, ['row:theirs']);
      const outer = new Source(async () => (await cache.getMany(['mine', 'theirs', 'none'])).length, 'outer');
      outer.tags = [];
      await reader.read(outer);
      await reader.read(outer);
      expect(outer.loads).toBe(1);

      if (key === 'none') await cache.set(key, 3);
      else await cache.invalidateTags([`row:${key}`]);
      await reader.read(outer);
      expect([key, outer.loads]).toEqual([key, 2]);
    }
  });

  it('counts each as it was answered', async () => {
    const { cache, store, keep } = sharing();
    await cache.set('x:mine', 1);
    keep('x:theirs', 2);
    await cache.getMany(['x:mine', 'x:theirs', 'x:none']);
    store.fails = true;
    await cache.getMany(['x:other', 'x:mine']);

    const [of] = cache.statistics().methods;
    expect(of).toMatchObject({ hits: 2, sharedHits: 1, misses: { cold: 1, 'redis error': 1 } });
  });

  it('I12: answers nothing within a transaction', async () => {
    const { cache, store, transactions } = sharing();
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: 1 })));
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    });
    expect(store.asked).toEqual([]);
  });
});

describe('setMany', () => {
  const entries = (value: unknown) => ['a', 'b', 'c'].map((key) => ({ key, value }));

  it('fences and settles once for all, and nobody sees some of them without the others', async () => {
    const { cache, insight, replica } = sharing();
    await cache.setMany(entries('old'));
    const seen = new Set<string>();
    const look = () => cache.getMany(['a', 'b', 'c']).then((values) => seen.add(values.join()));
    const before = replica.stamp.position;
    const looks: Promise<unknown>[] = [];
    // At each change of the list, which is where an answer may change.
    const heard = insight.heard.bind(insight);
    insight.heard = (message) => {
      heard(message);
      looks.push(look());
    };

    await cache.setMany(entries('new'));
    await Promise.all(looks);

    expect(replica.stamp.position - before).toBe(2);
    expect([...seen]).toEqual([',,', 'new,new,new']);
  });

  it('takes effect at the commit of the transaction around it, all or nothing', async () => {
    for (const outcome of ['committed', 'rolled back'] as const) {
      const { cache, transactions } = sharing();
      await cache.setMany(entries('old'));
      const transaction = transactions.begin();
      await transactions.run(transaction, () => cache.setMany([...entries('new'), { key: 'a', value: 'last' }]));
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['old', 'old', 'old']);
      await transaction.fence();
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
      await transaction.settle(outcome);

      const expected = outcome === 'committed' ? ['last', 'new', 'new'] : ['old', 'old', 'old'];
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual(expected);
    }
  });

  it('I10: keeps none of what somebody else has changed meanwhile, and all of the rest', async () => {
    const { cache, transactions } = sharing();
    const transaction = transactions.begin();
    await transactions.run(transaction, () =>
      cache.setMany(['a', 'b'].map((key) => ({ key, value: 1, tags: [`row:${key}`] }))),
    );
    await cache.invalidateTags(['row:a']);
    await transaction.fence();
    await transaction.settle('committed');

    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, 1]);
  });

  it('leaves no older value in the place of one that cannot be kept, and keeps nothing if an option is wrong', async () => {
    const { cache } = sharing();
    await cache.setMany(entries('old'));
    await cache.setMany([
      { key: 'a', value: new WeakMap() },
      { key: 'b', value: 'new' },
    ]);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 'new', 'old']);

    const wrong = cache.setMany([
      { key: 'b', value: 'newer' },
      { key: 'c', value: 'newer', ttl: -1 },
    ]);
    await expect(wrong).rejects.toMatchObject({ code: 'CACHE_OPTIONS_INVALID' });
    expect(await cache.getMany(['b', 'c'])).toEqual(['new', 'old']);
  });
});

describe('a batch of reads', () => {
  it('asks others once for what memory has not, and loads what they have not by one call', async () => {
    const whole = sharing();
    const { values, calls, counts, read } = table(whole);
    Object.assign(values, { a: 1, b: 2, c: 3 });
    await read('a');
    whole.keep('b', 20, ['row:b']);

    expect(await read('a', 'b', 'c', 'd')).toEqual({ a: 1, b: 20, c: 3, d: 0 });
    expect(whole.store.asked).toEqual([['a'], ['b', 'c', 'd']]);
    expect(calls).toEqual(['a', 'c,d']);
    expect(counts).toMatchObject({ hits: 1, sharedHits: 1, misses: { cold: 3 } });
  });

  it('I33: goes to the source with all of them when one that it had has changed or is about to', async () => {
    for (const end of ['rolled back', 'committed'] as const) {
      const whole = sharing();
      const { values, calls, before, read } = table(whole);
      await read('a');
      const released = new Deferred<void>();
      before.load = released.promise;
      const both = read('a', 'b');
      await turn();
      const transaction = whole.transactions.begin();
      transaction.touch(['row:a', 'row:b']);
      await transaction.fence();
      if (end === 'committed') Object.assign(values, { a: 1, b: 1 });
      released.resolve();

      const expected = end === 'committed' ? 1 : 0;
      expect(await both).toEqual({ a: expected, b: expected });
      expect(calls).toEqual(['a', 'b', 'a,b']);
      await transaction.settle(end);
    }
  });

  it('takes the rows of a load that is under way although one of them has changed since, if it began later', async () => {
    const whole = core();
    const { values, calls, behind, read } = table(whole);
    const released = new Deferred<void>();
    behind.load = released.promise;
    const [first, second] = [read('a', 'b'), read('b', 'a')];
    await turn();
    expect(calls).toEqual(['a,b']);
    Object.assign(values, { a: 1 });
    released.resolve();

    expect([await first, await second]).toEqual([
      { a: 0, b: 0 },
      { b: 0, a: 0 },
    ]);
  });

  it('I9: an error of a load that began before is nobody else’s once something has changed', async () => {
    for (const isChanged of [false, true]) {
      const whole = core();
      const { values, calls, before, read } = table(whole);
      const failed = new Deferred<void>();
      before.load = failed.promise;
      const first = read('a', 'b');
      await turn();
      if (isChanged) await whole.transactions.change(['elsewhere:1']);
      const second = read('a', 'b');
      before.load = Promise.resolve();
      values['a'] = 1;
      failed.reject(new Error('no'));

      await expect(first).rejects.toThrow('no');
      if (isChanged) expect(await second).toEqual({ a: 1, b: 0 });
      else await expect(second).rejects.toThrow('no');
      expect(calls).toEqual(isChanged ? ['a,b', 'a,b'] : ['a,b']);
    }
  });

  it('whoever waits for a load that hangs loads for himself', async () => {
    const whole = core();
    const { calls, behind, read } = table(whole);
    behind.load = new Promise<void>(() => {});
    void read('a', 'b');
    await turn();
    const other = read('b', 'c');
    await turn();
    behind.load = Promise.resolve();
    whole.clock.turn(whole.policy.shareMs);

    // Its own load of `c` hangs as well, so nobody but the clock could have ended this.
    await turn();
    expect(calls).toEqual(['a,b', 'c']);
    const third = read('b', 'a');
    expect(await third).toEqual({ a: 0, b: 0 });
    void other;
  });

  it('a load within the load of another batch does not wait for that one', async () => {
    const whole = core();
    const inner = table(whole);
    const { reader, policy } = whole;
    const counts = new MethodCounts('outer');
    const outer: Batch<number> = {
      name: 'outer',
      counts,
      timeoutMs: undefined,
      reads: ['a', 'b'].map((key) => ({
        key,
        name: 'outer',
        counts,
        copy: 'clone',
        fallbackMs: policy.fallbackMs,
        load: () => Promise.resolve(0),
        tagsOf: () => [],
        ttlOf: () => undefined,
      })),
      load: async () => Object.values(await inner.read('b', 'c')),
    };

    expect(await reader.many.read(outer)).toEqual([0, 0]);
    expect(inner.calls).toEqual(['b,c']);
  });
});
