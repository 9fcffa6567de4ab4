import { describe, expect, it } from '@jest/globals';
import type { Read } from '../../libs/cache/src/core/read.js';
import { core, Source } from '../support/core.js';
import { Deferred } from '../support/deferred.js';

/** Lets everything that is ready to go on go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the read path', () => {
  it('answers from memory until a tag changes, and loads once more then', async () => {
    const { reader, cache } = core();
    let value = 1;
    const source = new Source(() => ({ value }));

    expect(await reader.read(source)).toEqual({ value: 1 });
    value = 2;
    expect(await reader.read(source)).toEqual({ value: 1 });
    await cache.invalidateTags(['row:2']);
    expect(await reader.read(source)).toEqual({ value: 1 });
    await cache.invalidateTags(['row:1']);

    expect(await reader.read(source)).toEqual({ value: 2 });
    expect(source.loads).toBe(2);
  });

  it('answers until the time is up, counted from when the load began', async () => {
    const { reader, clock } = core();
    const slow = new Deferred<number>();
    const source = new Source(() => slow.promise);
    source.ttlMs = 1_000;
    const first = reader.read(source);
    clock.turn(900);
    slow.resolve(1);
    await first;

    clock.turn(99);
    await reader.read(source);
    expect(source.loads).toBe(1);
    clock.turn(1);
    await reader.read(source);

    expect(source.loads).toBe(2);
  });

  it('keeps null and undefined, and no errors', async () => {
    const { reader } = core();
    for (const nothing of [null, undefined]) {
      const source = new Source(() => nothing, `key of ${nothing}`);
      await reader.read(source);
      expect(await reader.read(source)).toBe(nothing);
      expect(source.loads).toBe(1);
    }
    const failure = new Error('the source is down');
    const failing = new Source(() => Promise.reject(failure), 'failing');

    await expect(reader.read(failing)).rejects.toBe(failure);
    await expect(reader.read(failing)).rejects.toBe(failure);

    expect(failing.loads).toBe(2);
  });

  it('a thousand callers of a cold key cause one load', async () => {
    const { reader } = core();
    const source = new Source(() => ({ one: true }));

    const answers = await Promise.all(Array.from({ length: 1_000 }, () => reader.read(source)));

    expect(source.loads).toBe(1);
    expect(new Set(answers).size).toBe(1_000);
  });

  it('I9: who arrives after a change never gets the load that began before it; all who do share one', async () => {
    const { reader, cache } = core();
    const loads = [new Deferred<string>(), new Deferred<string>()];
    const source: Source<string> = new Source(() => loads[source.loads - 1]!.promise);
    const before = reader.read(source);
    await cache.invalidateTags(['row:1']);
    const after = Array.from({ length: 10 }, () => reader.read(source));

    loads[0]!.resolve('old');
    expect(await before).toBe('old');
    await settled();
    loads[1]!.resolve('new');

    expect(new Set(await Promise.all(after))).toEqual(new Set(['new']));
    expect(source.loads).toBe(2);
    expect(await reader.read(source)).toBe('new');
  });

  it('I9: who waited through one load that was overtaken takes the next, even if that is overtaken too', async () => {
    const { reader, cache } = core();
    const loads = [new Deferred<string>(), new Deferred<string>(), new Deferred<string>()];
    const source: Source<string> = new Source(() => loads[source.loads - 1]!.promise);
    void reader.read(source);
    await cache.invalidateTags(['row:1']);
    const waiting = [reader.read(source), reader.read(source), reader.read(source)];
    loads[0]!.resolve('first');
    await settled();
    await cache.invalidateTags(['row:1']);
    loads[1]!.resolve('second');

    expect(await Promise.all(waiting)).toEqual(['second', 'second', 'second']);
    expect(source.loads).toBe(2);
  });

  it('I9: a failure is shared by those who would have shared the result, and by nobody who came after a change', async () => {
    const { reader, cache } = core();
    const loads = [new Deferred<string>(), new Deferred<string>(), new Deferred<string>()];
    const source: Source<string> = new Source(() => loads[source.loads - 1]!.promise);
    const own = reader.read(source).catch(String);
    const shared = reader.read(source).catch(String);
    loads[0]!.reject('down');
    expect(await Promise.all([own, shared])).toEqual(['down', 'down']);
    expect(source.loads).toBe(1);

    const overtaken = reader.read(source).catch(String);
    await cache.invalidateTags(['anything']);
    const later = reader.read(source);
    loads[1]!.reject('down again');
    expect(await overtaken).toBe('down again');
    loads[2]!.resolve('up');

    await expect(later).resolves.toBe('up');
  });

  it('I11: a load that began before a change is never kept after it', async () => {
    const { reader, cache } = core();
    const loading = new Deferred<string>();
    const source: Source<string> = new Source(() => (source.loads === 1 ? loading.promise : 'new'));
    const old = reader.read(source);

    await cache.invalidateTags(['row:1']);
    loading.resolve('old');

    expect(await old).toBe('old');
    expect(await reader.read(source)).toBe('new');
  });

  it('I11: so it is with a deleted key, and with clear', async () => {
    const { reader, cache } = core();
    for (const forget of [() => cache.delete('key'), () => cache.clear()]) {
      const loading = new Deferred<string>();
      const source: Source<string> = new Source(() => (source.loads === 1 ? loading.promise : 'new'));
      const old = reader.read(source);

      await forget();
      loading.resolve('old');
      await old;

      expect(await reader.read(source)).toBe('new');
      await cache.delete('key');
    }
  });

  it('I11: tags that only the result knows count from before the load, too', async () => {
    const { reader, cache } = core();
    const loading = new Deferred<{ owner: number }>();
    const source: Source<{ owner: number }> = new Source(() => (source.loads === 1 ? loading.promise : { owner: 8 }));
    source.tagsOf = ({ owner }) => [`user:${owner}`];
    const old = reader.read(source);

    await cache.invalidateTags(['user:7']);
    loading.resolve({ owner: 7 });
    await old;

    expect(await reader.read(source)).toEqual({ owner: 8 });
  });

  it('I12: within a transaction nothing is answered, kept or shared', async () => {
    const { reader, transactions } = core();
    const source: Source<number> = new Source(() => source.loads);
    await reader.read(source);
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      expect(await reader.read(source)).toBe(2);
      expect(await Promise.all([reader.read(source), reader.read(source)])).toEqual([3, 4]);
    });
    await transaction.settle('rolled back');

    expect(await reader.read(source)).toBe(1);
  });

  it('I12: who outlives its transaction is answered again', async () => {
    const { reader, transactions } = core();
    const source: Source<number> = new Source(() => source.loads);
    const transaction = transactions.begin();

    await transactions.run(transaction, async () => {
      await transaction.settle('committed');
      await reader.read(source);
      await reader.read(source);
    });

    expect(source.loads).toBe(1);
  });

  it('I13: what a load saw of an open transaction is its caller’s alone', async () => {
    const { reader, frames } = core();
    const loads = [new Deferred<string>(), new Deferred<string>(), new Deferred<string>()];
    const source: Source<string> = new Source(async () => {
      if (source.loads === 1) frames.load?.taint();
      return loads[source.loads - 1]!.promise;
    });
    const first = reader.read(source);
    const joined = reader.read(source);

    loads[0]!.resolve('uncommitted');
    loads[1]!.resolve('committed');
    loads[2]!.resolve('committed');

    expect(await first).toBe('uncommitted');
    expect(await joined).toBe('committed');
    await reader.read(source);
    expect(source.loads).toBe(2);
  });

  it('I13: neither is what a load made of another one that saw it', async () => {
    const { reader, frames } = core();
    const inner = new Source(() => {
      frames.load?.taint();
      return 'uncommitted';
    }, 'inner');
    const outer = new Source(() => reader.read(inner), 'outer');

    await reader.read(outer);
    await reader.read(outer);

    expect(outer.loads).toBe(2);
  });

  it('a result made of others dies and expires with each of them, also when it was made of a hit', async () => {
    const { reader, cache, clock } = core();
    const inner = new Source(() => 'inner', 'inner');
    inner.tags = ['inner:1'];
    inner.ttlMs = 1_000;
    const outer = new Source(() => reader.read(inner), 'outer');
    await reader.read(inner);

    await reader.read(outer);
    await cache.invalidateTags(['inner:1']);
    await reader.read(outer);
    expect(outer.loads).toBe(2);
    clock.turn(1_000);
    await reader.read(outer);

    expect(outer.loads).toBe(3);
  });

  it('a key that is loaded with its own help is loaded twice and not waited for', async () => {
    const { reader } = core();
    const source: Source<string> = new Source(async () => (source.loads === 1 ? reader.read(source) : 'end'));

    expect(await reader.read(source)).toBe('end');
  });

  it('what was loaded with the help of a load outside all flights depends on its tags, too', async () => {
    const { reader, cache } = core();
    let row = 'old';
    const inner: Source<string> = new Source(async () => (inner.loads === 1 ? reader.read(middle) : row), 'inner');
    const middle: Source<string> = new Source(() => reader.read(inner), 'middle');
    inner.tags = ['inner:1'];
    middle.tags = ['middle:1'];
    await reader.read(inner);

    row = 'new';
    await cache.invalidateTags(['inner:1']);

    expect(await reader.read(middle)).toBe('new');
  });

  it('a caller that set itself a limit fails at it, and the others get the value', async () => {
    const { reader, clock } = core();
    const slow = new Deferred<string>();
    const source = new Source(() => slow.promise);
    const patient = reader.read(source);
    const hasty = reader.read(Object.assign(new Source(() => slow.promise), { timeoutMs: 100 }));

    clock.turn(100);
    await expect(hasty).rejects.toMatchObject({ code: 'CACHE_LOAD_TIMEOUT' });
    slow.resolve('late');

    expect(await patient).toBe('late');
    expect(clock.alarms).toBeLessThanOrEqual(1);
  });

  it('of a thousand who have waited too long for another’s load, one loads for all of them', async () => {
    const { reader, clock, policy } = core();
    const source: Source<string> = new Source(() => (source.loads === 1 ? new Promise<string>(() => {}) : 'mine'));
    void reader.read(source);
    const waiting = Array.from({ length: 1_000 }, () => reader.read(source));

    clock.turn(policy.shareMs);

    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['mine']));
    expect(await reader.read(source)).toBe('mine');
    expect(source.loads).toBe(2);
  });

  it('answers a method whose tags or time fail, keeps nothing of it, and says so', async () => {
    const { reader, events } = core();
    const source = new Source(() => 'value');
    source.tagsOf = () => {
      throw new TypeError('no tags');
    };

    expect(await reader.read(source)).toBe('value');
    expect(await reader.read(source)).toBe('value');

    expect(source.loads).toBe(2);
    expect(events[0]).toMatchObject({ kind: 'misdeclared', name: 'Source.read', part: 'tags' });
  });

  it('answers what cannot be copied, shares it with nobody, and says where in it the trouble is', async () => {
    const { reader, events } = core();
    const source = new Source(() => ({ items: [{ run: () => 'not data' }] }));

    const [one, other] = await Promise.all([reader.read(source), reader.read(source)]);

    expect(one).not.toBe(other);
    expect(source.loads).toBe(2);
    expect(events[0]).toMatchObject({ kind: 'refused', error: { path: 'result.items[0].run' } });
  });

  it('shares one frozen value where asked to, and leaves the loader’s own as it was', async () => {
    const { reader } = core();
    const own = { list: [1] };
    const source: Read<typeof own> = Object.assign(new Source(() => own), { copy: 'freeze' as never });

    const miss = await reader.read(source);
    const hit = await reader.read(source);

    expect(hit).toBe(miss);
    expect(Object.isFrozen(hit.list)).toBe(true);
    expect(Object.isFrozen(own)).toBe(false);
  });

  it('passes everything through when it is switched off', async () => {
    const { reader, cache } = core({ enabled: false });
    const source = new Source(() => 'value');

    await reader.read(source);
    await reader.read(source);
    await cache.set('key', 'value');

    expect(source.loads).toBe(2);
    expect(await cache.get('key')).toBeUndefined();
  });
});
