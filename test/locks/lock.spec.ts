// `cache.lock`, on a clock that is turned by hand.
import { describe, expect, it } from '@jest/globals';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import { unheard } from '../../libs/cache/src/core/events.js';
import type { CacheError } from '../../libs/cache/src/core/errors.js';
import { LateLocks } from '../../libs/cache/src/core/locks/late-locks.js';
import type { Hold, Locks } from '../../libs/cache/src/core/locks/locks.js';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import { defaults } from '../../libs/cache/src/core/policy.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import type { HeldLock, LockOptions } from '../../libs/cache/src/index.js';
import { Deferred } from '../support/deferred.js';
import { HandClock } from '../support/hand-clock.js';

const rested = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A hand clock whose alarms can be overslept, as those of a process that stands still are. */
class OversleptClock extends HandClock {
  #slept = 0;

  override now(): number {
    return super.now() + this.#slept;
  }

  sleep(ms: number): void {
    this.#slept += ms;
  }
}

/** Says of everything what the test says. */
class Obliging implements Locks {
  extensions: number[] = [];
  releases = 0;
  answer: () => Promise<boolean> = async () => true;
  released: () => Promise<void> = async () => {};
  taken: () => Promise<boolean> = async () => true;

  async take(): Promise<Hold | undefined> {
    if (!(await this.taken())) return undefined;
    return {
      token: 7,
      extend: (ttlMs) => {
        this.extensions.push(ttlMs);
        return this.answer();
      },
      release: () => {
        this.releases++;
        return this.released();
      },
    };
  }
}

function cacheWith<L extends Locks>(locksOn: (clock: OversleptClock) => L, enabled = true) {
  const clock = new OversleptClock();
  const locks = locksOn(clock);
  const coherence = alone('epoch of the test', 100);
  const { cache } = new Runtime({ policy: { ...defaults, enabled }, clock, tell: unheard, coherence, locks });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 5) {
      await rested();
      clock.turn(Math.min(5, left));
    }
    await rested();
  };
  /** Work that goes on until the test ends it. */
  const begin = async (options: LockOptions = {}, name = 'name') => {
    const end = new Deferred<string>();
    const began = new Deferred<HeldLock>();
    const result = cache.lock(name, options, (held) => {
      began.resolve(held);
      return end.promise;
    });
    result.catch(began.reject.bind(began));
    return { ...(await began.promise), end, result };
  };
  return { cache, clock, locks, pass, begin };
}

const own = (clock: HandClock) => new OwnLocks(clock);
const obliging = () => new Obliging();
const never = async () => {
  throw new Error('This work must not be done.');
};
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'none',
    (error: CacheError) => error.code,
  );

describe('cache.lock', () => {
  it('gives what its work gives, and is free afterwards', async () => {
    const { cache, clock } = cacheWith(own);
    const held: HeldLock[] = [];
    for (let count = 0; count < 3; count++) {
      expect(await cache.lock('name', {}, async (lock) => held.push(lock))).toBe(count + 1);
    }

    expect(held.map(({ token }) => token)).toEqual([1, 2, 3]);
    expect(held.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    expect(clock.alarms).toBe(0);
  });

  it('throws what its work throws, as it is, and is free afterwards', async () => {
    const { cache, clock } = cacheWith(own);
    const failure = new Error('the work failed');
    const reject = () => Promise.reject(failure);
    const fail = () => {
      throw failure;
    };

    await expect(cache.lock('name', {}, reject)).rejects.toBe(failure);
    await expect(cache.lock('name', {}, fail)).rejects.toBe(failure);

    expect(await cache.lock('name', {}, async () => 'free')).toBe('free');
    expect(clock.alarms).toBe(0);
  });

  it('is refused at once to whoever does not wait, and the work is not begun', async () => {
    const { cache, begin } = cacheWith(own);
    const first = await begin();

    expect(await codeOf(cache.lock('name', {}, never))).toBe('CACHE_LOCK_BUSY');
    expect(await codeOf(cache.lock('name', { wait: 0 }, never))).toBe('CACHE_LOCK_BUSY');
    expect(await cache.lock('other', {}, async () => 'free')).toBe('free');

    first.end.resolve('done');
    expect(await first.result).toBe('done');
  });

  it('is had soon after its release by whoever waits, and refused when the wait is over', async () => {
    const { cache, begin, pass, clock } = cacheWith(own);
    const first = await begin();
    const got: string[] = [];
    const patient = cache.lock('name', { wait: '3s' }, async () => void got.push(`at ${clock.now()}`));
    const hasty = codeOf(cache.lock('name', { wait: '150ms' }, never)).then((code) => got.push(String(code)));
    await pass(145);
    expect(got).toEqual([]);
    await pass(10);
    expect(got).toEqual(['CACHE_LOCK_BUSY']);
    await pass(845);

    first.end.resolve('done');
    await pass(105);

    expect(got).toHaveLength(2);
    await Promise.all([patient, hasty]);
  });

  it('asks each 100 ms at most, and more often in the beginning', async () => {
    const { cache, locks, clock, pass } = cacheWith(obliging);
    const asked: number[] = [];
    locks.taken = async () => asked.push(clock.now()) < 0;
    const refused = codeOf(cache.lock('name', { wait: '400ms' }, never));
    await pass(500);

    expect(asked).toEqual([0, 5, 15, 35, 75, 155, 255, 355, 400]);
    expect(await refused).toBe('CACHE_LOCK_BUSY');
  });

  it('is extended at each third of its time for as long as the work takes', async () => {
    const { cache, begin, pass, locks } = cacheWith(obliging);
    const work = await begin({ ttl: '300ms' });
    await pass(3_050);
    expect(locks.extensions).toEqual(Array.from({ length: 30 }, () => 300));
    expect(work.signal.aborted).toBe(false);

    work.end.resolve('done');
    await work.result;
    await pass(1_000);

    expect(locks.extensions).toHaveLength(30);
    expect(locks.releases).toBe(1);
    expect(await cache.lock('name', { ttl: '1d' }, async ({ token }) => token)).toBe(7);
  });

  it('is kept from others while it is extended', async () => {
    const { cache, begin, pass } = cacheWith(own);
    const work = await begin({ ttl: 1 });
    for (let count = 0; count < 20; count++) {
      await pass(200);
      expect(await codeOf(cache.lock('name', {}, never))).toBe('CACHE_LOCK_BUSY');
    }
    work.end.resolve('done');
    await work.result;
  });
});

describe('the signal of a lock', () => {
  it('fires when the extension says that it is lost, and its work is let finish', async () => {
    const { begin, pass, locks, clock } = cacheWith(obliging);
    locks.answer = async () => false;
    const work = await begin({ ttl: 3 });
    await pass(995);
    expect(work.signal.aborted).toBe(false);
    await pass(10);
    expect(work.signal.aborted).toBe(true);
    expect((work.signal.reason as CacheError).code).toBe('CACHE_LOCK_LOST');

    work.end.resolve('done');
    expect(await work.result).toBe('done');
    expect(locks).toMatchObject({ extensions: [3_000], releases: 1 });
    expect(clock.alarms).toBe(0);
  });

  it('I14: fires before the time is over, counted from before the lock was asked for, when nobody can say', async () => {
    const { cache, pass, locks, clock } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.taken = () => answer.promise;
    locks.answer = () => Promise.reject(new Error('Redis does not answer.'));
    const began = new Deferred<HeldLock>();
    const end = new Deferred<void>();
    const result = cache.lock('name', { ttl: 3 }, (held) => {
      began.resolve(held);
      return end.promise;
    });
    await pass(500);
    answer.resolve(true);
    const { signal } = await began.promise;

    await pass(2_195);
    expect(signal.aborted).toBe(false);
    await pass(10);

    expect([signal.aborted, clock.now()]).toEqual([true, 2_705]);
    expect(locks.extensions.length).toBeGreaterThan(2);
    end.resolve();
    await result;
  });

  it('I14: fires as an extension ends, counted from before that was asked for', async () => {
    const { begin, pass, locks } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.answer = () => answer.promise;
    const work = await begin({ ttl: 3 });
    await pass(2_000);
    locks.answer = () => new Promise(() => {});
    answer.resolve(true);
    // Asked for at one second, it is believed in until 3.7.
    await pass(1_695);
    expect(work.signal.aborted).toBe(false);
    await pass(10);

    expect(work.signal.aborted).toBe(true);
    work.end.resolve('done');
    await work.result;
  });

  it('does not fire for one answer that was missed', async () => {
    const { begin, pass, locks } = cacheWith(obliging);
    const work = await begin({ ttl: 3 });
    for (let count = 0; count < 10; count++) {
      locks.answer = () => Promise.reject(new Error('Redis does not answer.'));
      await pass(1_010);
      locks.answer = async () => true;
      await pass(1_000);
    }

    expect(work.signal.aborted).toBe(false);
    work.end.resolve('done');
    await work.result;
  });

  it('fires when the extension comes too late', async () => {
    const { begin, pass, locks } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.answer = () => answer.promise;
    const work = await begin({ ttl: 3 });
    await pass(2_695);
    expect(work.signal.aborted).toBe(false);
    await pass(10);
    answer.resolve(true);
    await pass(3_000);

    expect(work.signal.aborted).toBe(true);
    expect(locks.extensions).toHaveLength(1);
    work.end.resolve('done');
    await work.result;
  });

  it('I14: fires after a standstill, whatever an extension asked for in its course says', async () => {
    const { begin, pass, locks, clock } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.answer = () => answer.promise;
    const work = await begin({ ttl: 3 });
    await pass(1_005);
    expect(locks.extensions).toHaveLength(1);
    clock.sleep(5_000);
    answer.resolve(true);
    await rested();

    expect(work.signal.aborted).toBe(true);
    work.end.resolve('done');
    await work.result;
  });

  it('does not fire once the work is done', async () => {
    const { begin, pass, locks } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.answer = () => answer.promise;
    const work = await begin({ ttl: 3 });
    await pass(1_005);
    work.end.resolve('done');
    await work.result;
    answer.resolve(false);
    await pass(5_000);

    expect(work.signal.aborted).toBe(false);
    expect(locks.extensions).toHaveLength(1);
  });
});

describe('a lock', () => {
  it('is not given when nobody can say who holds it', async () => {
    const { cache, locks } = cacheWith(obliging);
    const silence = new Error('Redis did not answer.');
    locks.taken = () => Promise.reject(silence);

    await expect(cache.lock('name', { wait: 1 }, never)).rejects.toMatchObject({
      code: 'CACHE_LOCK_UNREACHABLE',
      cause: silence,
      message: expect.stringContaining(`whether 'name' is held (Redis did not answer.)`),
    });
  });

  it('I14: that is over when it arrives is none', async () => {
    const { cache, locks, pass } = cacheWith(obliging);
    const answer = new Deferred<boolean>();
    locks.taken = () => answer.promise;
    const refused = codeOf(cache.lock('name', { ttl: 1 }, never));
    await pass(1_005);
    answer.resolve(true);

    expect(await refused).toBe('CACHE_LOCK_UNREACHABLE');
    expect(locks.releases).toBe(1);
  });

  it('that cannot be released fails nobody', async () => {
    const { cache, locks } = cacheWith(obliging);
    locks.released = () => Promise.reject(new Error('Redis does not answer.'));

    expect(await cache.lock('name', {}, async () => 'done')).toBe('done');
  });

  it('is one with the cache switched off, too', async () => {
    const { cache, begin } = cacheWith(own, false);
    const work = await begin();

    expect(await codeOf(cache.lock('name', {}, never))).toBe('CACHE_LOCK_BUSY');
    work.end.resolve('done');
    await work.result;
  });

  it.each([
    { ttl: 0 },
    { ttl: -1 },
    { ttl: '2d' },
    { ttl: Infinity },
    { ttl: 'soon' as '5m' },
    { wait: -1 },
    { wait: NaN },
  ] satisfies LockOptions[])('refuses the options %j', async (options) => {
    const { cache } = cacheWith(own);

    expect(await codeOf(cache.lock('name', options, never))).toBe('CACHE_OPTIONS_INVALID');
  });
});

describe('locks that are opened late', () => {
  it('are opened once, for the first that is asked for', async () => {
    let opened = 0;
    const { cache } = cacheWith(
      (clock) =>
        new LateLocks(async () => {
          opened++;
          return new OwnLocks(clock);
        }),
    );
    expect(opened).toBe(0);
    const outcomes = await Promise.all(
      ['a', 'a', 'b'].map((name) => codeOf(cache.lock(name, {}, async () => rested()))),
    );

    expect(outcomes).toEqual(['none', 'CACHE_LOCK_BUSY', 'none']);
    expect(opened).toBe(1);
  });

  it('are given to nobody when they cannot be opened', async () => {
    const { cache } = cacheWith(() => new LateLocks(() => Promise.reject(new Error('ioredis is missing.'))));

    expect(await codeOf(cache.lock('name', {}, never))).toBe('CACHE_LOCK_UNREACHABLE');
  });
});
