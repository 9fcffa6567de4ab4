import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cache, Cached, cacheKey } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { giveRuntime } from '../../libs/cache/src/nest/methods/method.js';
import { core } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

@Injectable()
class Rooms {
  readonly loads: string[] = [];
  pending: Deferred<string>[] = [];

  @Cached({ tags: (_text, id) => [`slow:${id}`] })
  slow(_id: number): Promise<string> {
    this.loads.push('slow');
    const next = new Deferred<string>();
    this.pending.push(next);
    return next.promise;
  }

  @Cached()
  async aroundSlow(id: number): Promise<string> {
    return `around ${await this.slow(id)}`;
  }

  @Cached({ timeout: '20ms' })
  hasty(): Promise<string> {
    this.loads.push('hasty');
    const next = new Deferred<string>();
    this.pending.push(next);
    return next.promise;
  }
}

let rooms: Rooms;
let cache: Cache;

beforeEach(async () => {
  const app = await boot({ providers: [Rooms] });
  rooms = app.get(Rooms);
  cache = app.get(Cache);
});
afterEach(closeAll);

describe('one load a key', () => {
  it('a thousand callers of a cold key cause one load', async () => {
    const callers = Array.from({ length: 1_000 }, () => rooms.slow(1));
    rooms.pending[0]!.resolve('slow');

    expect(new Set(await Promise.all(callers))).toEqual(new Set(['slow']));
    expect(rooms.loads).toEqual(['slow']);
  });

  it('a caller that arrives after an invalidation never gets the load that began before it', async () => {
    const before = rooms.slow(1);
    await cache.invalidateTags(['slow:1']);
    const after = rooms.slow(1);
    rooms.pending[0]!.resolve('old');
    expect(await before).toBe('old');
    await new Promise(setImmediate);
    rooms.pending[1]!.resolve('new');

    expect(await after).toBe('new');
    expect(await rooms.slow(1)).toBe('new');
    expect(rooms.loads).toHaveLength(2);
  });

  it('a load during which its tag or its key changed is not kept', async () => {
    const changes = [
      () => cache.invalidateTags(['slow:1']),
      () => cache.delete(cacheKey('Rooms.slow', 1)),
      () => cache.clear(),
    ];
    for (const change of changes) {
      rooms.pending = [];
      const one = rooms.slow(1);
      await change();
      rooms.pending[0]!.resolve('old');
      await one;
      const two = rooms.slow(1);
      expect(rooms.pending).toHaveLength(2);
      rooms.pending[1]!.resolve('new');
      await two;
      await cache.clear();
    }
  });

  it('a failing load fails those who waited for it, as it is, and leaves no trace', async () => {
    const failure = new Error('the source is down');
    const callers = Promise.allSettled(Array.from({ length: 100 }, () => rooms.slow(1)));
    rooms.pending[0]!.reject(failure);

    expect(new Set((await callers).map((each) => each.status === 'rejected' && each.reason))).toEqual(
      new Set([failure]),
    );
    const next = rooms.slow(1);
    rooms.pending[1]!.resolve('up');
    expect(await next).toBe('up');
    expect(rooms.loads).toHaveLength(2);
  });
});

describe('time, turned by hand', () => {
  /** An instance as Nest would have injected it, in a cache whose clock is turned by hand. */
  function turned() {
    const parts = core();
    const by = new Rooms();
    giveRuntime(by, parts as unknown as Runtime);
    return { rooms: by, ...parts };
  }

  it('a timeout fails its own caller with CACHE_LOAD_TIMEOUT, and later ones get the value', async () => {
    const { rooms: by, clock } = turned();
    const one = by.hasty();
    clock.turn(20);

    await expect(one).rejects.toMatchObject({
      code: 'CACHE_LOAD_TIMEOUT',
      message: expect.stringContaining('Rooms.hasty had not been loaded after 20 ms'),
    });
    const two = by.hasty();
    by.pending[0]!.resolve('at last');
    expect(await two).toBe('at last');
    expect(await by.hasty()).toBe('at last');
    expect(by.loads).toEqual(['hasty']);
  });

  it('a load that hangs holds the others no longer than the share limit', async () => {
    const { rooms: by, clock, policy } = turned();
    void by.slow(1);
    const others = [by.slow(1), by.slow(1), by.aroundSlow(1)];
    clock.turn(policy.shareMs);
    await new Promise(setImmediate);
    for (const pending of by.pending.slice(1)) pending.resolve('free');

    expect(await Promise.all(others)).toEqual(['free', 'free', 'around free']);
  });

  it('methods that call each other crosswise at once end within the share limit', async () => {
    class Crossed {
      steps = 0;
      @Cached()
      async left(): Promise<string> {
        await Promise.resolve();
        return ++this.steps > 6 ? 'end' : this.right();
      }
      @Cached()
      async right(): Promise<string> {
        await Promise.resolve();
        return ++this.steps > 6 ? 'end' : this.left();
      }
    }
    const { clock, policy, ...parts } = core();
    const crossed = new Crossed();
    giveRuntime(crossed, { policy, ...parts } as unknown as Runtime);
    const both = Promise.all([crossed.left(), crossed.right()]);
    await new Promise(setImmediate);
    clock.turn(policy.shareMs);

    expect(await both).toEqual(['end', 'end']);
  });
});
