// How long entries last by what they are of.
import { describe, expect, it } from '@jest/globals';
import type { Policy } from '../../libs/cache/src/core/policy.js';
import { core, Source } from '../support/core.js';

const ttls = new Map([
  ['folder', 60_000],
  ['file', 10_000],
  ['archive', 3_600_000],
  ['data_room', 5_000],
  ['share-link', 7_000],
  ['share_link', 1_000],
  ['source.read', 20_000],
  ['report', 30_000],
]);
const withoutMethod = new Map([...ttls].filter(([name]) => name !== 'source.read'));

/** Is it there at its last millisecond, and is it there one later? */
async function around(ms: number, { clock }: ReturnType<typeof core>, isThere: () => Promise<boolean>) {
  clock.turn(ms - 1);
  const before = await isThere();
  clock.turn(1);
  return [before, await isThere()];
}

async function readAround(ms: number, policy: Partial<Policy>, tags: readonly string[], ownMs?: number) {
  const whole = core(policy);
  const source = new Source(() => 'value');
  source.tags = tags;
  source.ttlMs = ownMs;
  await whole.reader.read(source);
  return around(ms, whole, async () => {
    await whole.reader.read(source);
    return source.loads === 1;
  });
}

const untilThen = [true, false];

describe('an entry lasts', () => {
  it.each([
    ['as long as any other, if nothing is said of its types', 300_000, ['row:1', '*', 'type:*'], undefined],
    ['as long as the type of its tag says', 60_000, ['folder:7'], undefined],
    ['the same if it depends on all of the type', 60_000, ['folder:*'], undefined],
    ['the same if it has the tag of the type', 60_000, ['type:folder'], undefined],
    ['the same if the type is all there is of the tag', 60_000, ['folder'], undefined],
    ['the same in upper case', 60_000, ['FOLDER:A7'], undefined],
    ['longer than any other, if its type says so', 3_600_000, ['archive:1', 'row:1'], undefined],
    ['as long as the shortest of its types says', 10_000, ['folder:7', 'file:1', 'archive:1'], undefined],
    ['as long as a type says that is spelled with _ for -', 5_000, ['data-room:7'], undefined],
    ['as long as a type says that is spelled with _ for .', 5_000, ['data.room:7'], undefined],
    ['as long as the type says that is spelled as it is', 7_000, ['share-link:7'], undefined],
    ['as long as it says itself, if its types say more', 2_000, ['folder:7'], 2_000],
    ['no longer than its types say, if it says more itself', 60_000, ['folder:7'], 600_000],
    ['as long as it says itself, if nothing is said of its types', 600_000, ['row:1'], 600_000],
  ])('%s', async (_, lasts, tags, ownMs) => {
    expect(await readAround(lasts, { ttls: withoutMethod }, tags, ownMs)).toEqual(untilThen);
  });

  it.each([
    ['as long as is said of its method', 20_000, ['row:1']],
    ['no longer than its types say, whatever is said of its method', 10_000, ['file:1']],
    ['no longer than is said of its method, whatever its types say', 20_000, ['folder:1']],
  ])('%s', async (_, lasts, tags) => {
    expect(await readAround(lasts, { ttls }, tags)).toEqual(untilThen);
  });

  it('as long as any other by CACHE_TTL, and as long as it says itself, where nothing is said of any type', async () => {
    expect(await readAround(4_000, { ttlMs: 4_000 }, ['folder:7'])).toEqual(untilThen);
    expect(await readAround(9_000, { ttlMs: 4_000 }, ['folder:7'], 9_000)).toEqual(untilThen);
  });

  it('no longer than the types say of what it was made of', async () => {
    const whole = core({ ttls: withoutMethod });
    const inner = new Source(() => 'inner', 'inner');
    inner.tags = ['file:1'];
    inner.ttlMs = undefined;
    const outer = new Source(() => whole.reader.read(inner), 'outer');
    outer.ttlMs = 600_000;
    await whole.reader.read(outer);

    const isThere = async () => {
      await whole.reader.read(outer);
      return outer.loads === 1;
    };
    expect(await around(10_000, whole, isThere)).toEqual(untilThen);
  });

  it('not at all if it says so itself', async () => {
    const { reader } = core({ ttls });
    const source = new Source(() => 'value');
    source.tags = ['folder:7'];
    source.ttlMs = 0;
    await reader.read(source);
    await reader.read(source);

    expect(source.loads).toBe(2);
  });

  it.each([
    ['as the type of its tag says', 60_000, 'key', { tags: ['folder:7'] }],
    ['no longer than that, if it says more itself', 60_000, 'key', { tags: ['folder:7'], ttl: '5m' }],
    ['as it says itself, if that is less', 2_000, 'key', { tags: ['folder:7'], ttl: 2 }],
    ['as is said of what its key begins with', 30_000, 'dataroom:report:7', {}],
    ['as any other, if nothing is said of its types', 300_000, 'key', { tags: ['row:7'] }],
  ] as const)('when it is set or loaded by hand: %s', async (_, lasts, key, options) => {
    const set = core({ ttls });
    await set.cache.set(key, 1, options);
    expect(await around(lasts, set, async () => (await set.cache.get(key)) === 1)).toEqual(untilThen);

    const several = core({ ttls });
    await several.cache.setMany([{ key, value: 1, ...options }]);
    expect(await around(lasts, several, async () => (await several.cache.get(key)) === 1)).toEqual(untilThen);

    const loaded = core({ ttls });
    await loaded.cache.getOrLoad(key, options, async () => 1);
    expect(await around(lasts, loaded, async () => (await loaded.cache.get(key)) === 1)).toEqual(untilThen);
  });

  it('and a key that is called like a type is none', async () => {
    const whole = core({ ttls });
    await whole.cache.getOrLoad('outer', {}, async () => {
      await whole.cache.get('folder');
      return whole.cache.get('folder:7');
    });
    await whole.cache.set('folder', 1);

    expect(await around(300_000, whole, async () => (await whole.cache.get('folder')) === 1)).toEqual(untilThen);
  });
});
