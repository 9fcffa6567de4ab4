import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cache, cacheKey, type KeepOptions } from '@data-room/cache';
import { core } from '../support/core.js';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

let cache: Cache;
let warnings: string[];

beforeEach(async () => {
  const app = await boot({});
  cache = app.get(Cache);
  ({ warnings } = app);
});
afterEach(closeAll);

describe('Cache', () => {
  it('gives what was set, and nothing for what was not', async () => {
    await cache.set('a', { n: 1 });
    const mine = await cache.get<{ n: number }>('a');
    mine!.n = 2;

    expect(await cache.get('a')).toEqual({ n: 1 });
    expect(await cache.get('b')).toBe(undefined);
    await cache.set('a', null);
    expect(await cache.get('a')).toBe(null);
  });

  it('getMany answers in the order of its keys; setMany keeps everything, and of one key the last', async () => {
    await cache.setMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, tags: ['t'] },
      { key: 'a', value: 3, ttl: '1h' },
    ]);

    expect(await cache.getMany(['b', 'none', 'a', 'b'])).toEqual([2, undefined, 3, 2]);
    await cache.invalidateTags(['t']);
    expect(await cache.getMany(['a', 'b'])).toEqual([3, undefined]);
    expect(await cache.getMany([])).toEqual([]);
    await cache.setMany([]);
  });

  it('a change to a tag, to its family, to the key or to everything takes entries away, and no others', async () => {
    const set = () =>
      cache.setMany([
        { key: 'one', value: 1, tags: ['room:1', 'Folder:A'] },
        { key: 'two', value: 2, tags: ['room:2'] },
      ]);
    const both = () => cache.getMany(['one', 'two']);

    await set();
    await cache.invalidateTags(['room:1']);
    expect(await both()).toEqual([undefined, 2]);
    await set();
    await cache.invalidateTags(['folder:a']);
    expect(await both()).toEqual([undefined, 2]);
    await set();
    await cache.invalidateTags(['room:*']);
    expect(await both()).toEqual([undefined, undefined]);
    await set();
    await cache.delete('one');
    expect(await both()).toEqual([undefined, 2]);
    await set();
    await cache.invalidateTags(['room', 'room:', 'ro', 'room:11']);
    expect(await both()).toEqual([1, 2]);
    await cache.clear();
    expect(await both()).toEqual([undefined, undefined]);
    await set();
    expect(await both()).toEqual([1, 2]);
  });

  it('getOrLoad loads once, keeps what it is given, and gives its result the type of the load', async () => {
    let loads = 0;
    const load = async () => ({ id: ++loads });
    const options = { tags: ['t'], ttl: '5m' } as const;

    const [one, two] = await Promise.all([cache.getOrLoad('a', options, load), cache.getOrLoad('a', options, load)]);
    expect([one.id, two.id]).toEqual([1, 1]);
    expect(one).not.toBe(two);
    expect(await cache.get('a')).toEqual({ id: 1 });
    await cache.invalidateTags(['t']);
    expect(await cache.getOrLoad('a', options, load)).toEqual({ id: 2 });
    expect(await cache.getOrLoad('nothing', {}, async () => undefined)).toBe(undefined);
    expect(await cache.getOrLoad('nothing', {}, async () => 'something')).toBe(undefined);
  });

  it('getOrLoad with copy: freeze shares one frozen value', async () => {
    const load = () => cache.getOrLoad('f', { copy: 'freeze' }, async () => ({ list: [1] }));
    const first = await load();

    expect(await load()).toBe(first);
    expect(() => first.list.push(2)).toThrow(TypeError);
  });

  it('what is deleted, set or invalidated during a load is not overwritten by it', async () => {
    const slow = new Deferred<string>();
    const load = cache.getOrLoad('a', { tags: ['t'] }, () => slow.promise);
    await cache.set('a', 'set');
    slow.resolve('loaded');

    expect(await load).toBe('loaded');
    expect(await cache.get('a')).toBe('set');
  });

  it('a failing load fails its caller and leaves what was there', async () => {
    const failure = new Error('down');

    await expect(cache.getOrLoad('a', {}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await cache.getOrLoad('a', {}, async () => 1)).toBe(1);
  });

  it('a value that cannot be copied takes the old one away, with a warning that shows no key', async () => {
    await cache.set(cacheKey('folder', 'secret'), 1);
    await cache.set(cacheKey('folder', 'secret'), { run: () => 1 });

    expect(await cache.get(cacheKey('folder', 'secret'))).toBe(undefined);
    expect(warnings).toEqual([expect.stringMatching(/^folder is answered from the source each time: .*run/)]);
    expect(warnings[0]).not.toContain('secret');
  });

  it('entries end when their time is up', async () => {
    const { cache: turned, clock } = core();
    await turned.set('short', 1, { ttl: 10 });
    await turned.set('default', 2);

    clock.turn(9_999);
    expect(await turned.getMany(['short', 'default'])).toEqual([1, 2]);
    clock.turn(1);
    expect(await turned.getMany(['short', 'default'])).toEqual([undefined, 2]);
    clock.turn(290_000);
    expect(await turned.getMany(['short', 'default'])).toEqual([undefined, undefined]);
  });

  it.each([[0], [-1], [Number.NaN], [Infinity], ['soon'], [null], ['5 m']])(
    'refuses a ttl of %p with a sentence',
    async (ttl) => {
      const options = { ttl } as KeepOptions;
      const sentence = /^CACHE_OPTIONS_INVALID: ttl must be seconds above 0 or a text such as '5m', got/;

      await expect(cache.set('a', 1, options)).rejects.toThrow(sentence);
      await expect(cache.setMany([{ key: 'a', value: 1, ...options }])).rejects.toThrow(sentence);
      await expect(cache.getOrLoad('a', options, async () => 1)).rejects.toThrow(sentence);
      expect(await cache.get('a')).toBe(undefined);
    },
  );

  it.each([['room:1'], [[undefined]], [[7]], [{}]])('refuses %p as tags, instead of reaching nothing', async (tags) => {
    const options = { tags } as unknown as KeepOptions;
    const sentence = /^CACHE_OPTIONS_INVALID: tags must be an array of strings\./;

    await expect(cache.set('a', 1, options)).rejects.toThrow(sentence);
    await expect(cache.getOrLoad('a', options, async () => 1)).rejects.toThrow(sentence);
    await expect(cache.invalidateTags(tags as unknown as string[])).rejects.toThrow(sentence);
  });

  it('key() is cacheKey under the prefix of this cache', async () => {
    const other = (await boot({}, { prefix: 'other' })).get(Cache);

    expect(cache.key('folder', 'list', { dataRoomId: 'xyz' })).toBe('dataroom:folder:list:dataRoomId=xyz');
    expect(cache.key('folder', 7)).toBe(cacheKey('folder', 7));
    expect(other.key('folder', 7)).toBe('other:folder:7');
  });
});
