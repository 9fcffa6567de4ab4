import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cache, Cached, cacheKey } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

@Injectable()
class Rooms {
  readonly loads: string[] = [];
  pending: Deferred<string>[] = [];
  ttl = 60;

  constructor(private readonly cache: Cache) {}

  #count<T>(load: string, value: T): T {
    this.loads.push(load);
    return value;
  }

  @Cached({
    tags: (_name, id) => [`room:${id}`],
    ttl() {
      return this.ttl;
    },
  })
  async name(id: number): Promise<string> {
    return this.#count('name', `room ${id}`);
  }

  @Cached()
  async title(id: number): Promise<string> {
    return this.#count('title', `The ${await this.name(id)}`);
  }

  @Cached()
  async page(id: number): Promise<string> {
    return this.#count('page', `<h1>${await this.title(id)}</h1>`);
  }

  @Cached()
  async unkeyed(_by: () => void): Promise<string> {
    return this.#count('unkeyed', 'unkeyed');
  }

  @Cached()
  async withUnkeyed(): Promise<string> {
    return this.#count('withUnkeyed', await this.unkeyed(() => {}));
  }

  @Cached()
  async withEntry(key: string): Promise<string> {
    return this.#count('withEntry', `has ${await this.cache.get<string>(key)}`);
  }

  @Cached()
  async withLoaded(key: string): Promise<string> {
    return this.#count('withLoaded', await this.cache.getOrLoad(key, { tags: ['loaded'] }, async () => 'loaded'));
  }

  @Cached({ tags: (_text, id) => [`slow:${id}`] })
  slow(_id: number): Promise<string> {
    this.loads.push('slow');
    const next = new Deferred<string>();
    this.pending.push(next);
    return next.promise;
  }

  @Cached()
  async aroundSlow(id: number): Promise<string> {
    return this.#count('aroundSlow', `around ${await this.slow(id)}`);
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

describe('a cached method that calls another', () => {
  it('is invalidated with it, however deep, also when the other one was a hit', async () => {
    await rooms.name(1);
    await rooms.page(1);
    await rooms.page(1);
    expect(rooms.loads).toEqual(['name', 'title', 'page']);
    await cache.invalidateTags(['room:2']);
    await rooms.page(1);
    expect(rooms.loads).toHaveLength(3);

    await cache.invalidateTags(['room:1']);
    await rooms.page(1);

    expect(rooms.loads.slice(3)).toEqual(['name', 'title', 'page']);
  });

  it('is invalidated with one whose load it joined', async () => {
    const first = rooms.slow(1);
    const joined = rooms.aroundSlow(1);
    rooms.pending[0]!.resolve('slow');
    expect([await first, await joined]).toEqual(['slow', 'around slow']);

    await cache.invalidateTags(['slow:1']);
    const again = rooms.aroundSlow(1);
    rooms.pending[1]!.resolve('new');

    expect(await again).toBe('around new');
  });

  it('lasts no longer than it, and is not kept with the help of what is not', async () => {
    rooms.ttl = 0;
    await rooms.page(1);
    await rooms.page(1);
    expect(rooms.loads).toEqual(['name', 'title', 'page', 'name', 'title', 'page']);
    rooms.loads.length = 0;

    await rooms.withUnkeyed();
    await rooms.withUnkeyed();

    expect(rooms.loads).toEqual(['unkeyed', 'withUnkeyed', 'unkeyed', 'withUnkeyed']);
  });

  it('is invalidated when a key that it read is set or deleted, also one that held nothing', async () => {
    expect(await rooms.withEntry('k')).toBe('has undefined');
    await cache.set('k', 'one', { tags: ['k-tag'] });
    expect(await rooms.withEntry('k')).toBe('has one');
    await rooms.withEntry('k');
    expect(rooms.loads).toHaveLength(2);
    await cache.set('k', 'two', { tags: ['k-tag'] });
    expect(await rooms.withEntry('k')).toBe('has two');
    await cache.invalidateTags(['k-tag']);
    expect(await rooms.withEntry('k')).toBe('has undefined');
    rooms.loads.length = 0;

    await rooms.withLoaded('l');
    await rooms.withLoaded('l');
    await cache.delete('l');
    await rooms.withLoaded('l');
    await cache.delete(cacheKey('Rooms.withLoaded', 'l'));
    await rooms.withLoaded('l');

    expect(rooms.loads).toHaveLength(3);
  });

  it('leaves what it started and did not wait for to be a caller like any other', async () => {
    const released = new Deferred<void>();
    let poller: Promise<string[]> | undefined;
    let polls = 0;
    @Injectable()
    class Poller {
      @Cached()
      async start(): Promise<string> {
        poller ??= released.promise.then(async () => [await this.start(), await this.start(), await this.poll()]);
        return `start ${++polls}`;
      }
      @Cached({ ttl: '1h' })
      async poll(): Promise<string> {
        return `poll ${++polls}`;
      }
    }
    const app = await boot({ providers: [Poller] });
    await app.get(Poller).start();
    await app.get(Cache).clear();
    const started = poller;
    released.resolve();

    expect(await started).toEqual(['start 2', 'start 2', 'poll 3']);
    expect(await app.get(Poller).poll()).toBe('poll 3');
  });

  it('with its own arguments goes to the source, instead of waiting for itself', async () => {
    let depth = 0;
    @Injectable()
    class Recursive {
      @Cached()
      async dive(): Promise<number> {
        return ++depth < 5 ? this.dive() : depth;
      }
    }
    const recursive = (await boot({ providers: [Recursive] })).get(Recursive);

    expect(await Promise.all([recursive.dive(), recursive.dive()])).toEqual([5, 5]);
    expect(await recursive.dive()).toBe(5);
    expect(depth).toBe(5);
  });
});
