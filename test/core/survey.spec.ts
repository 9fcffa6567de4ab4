import { describe, expect, it } from '@jest/globals';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import { Survey } from '../../libs/cache/src/core/insight/survey.js';
import { core } from '../support/core.js';

function surveyed() {
  const coherence = alone('epoch of the test', 200_000);
  const parts = core({}, { coherence });
  return { ...parts, survey: new Survey({ ...parts, replica: coherence.replica }) };
}

const keysOf = ({ found }: Awaited<ReturnType<Survey['page']>>): string[] => found.map(({ key }) => key);

describe('a survey of the memory', () => {
  it('finds what a change to a tag would reach: families and those who depend on any member, too', async () => {
    const { cache, survey } = surveyed();
    await cache.set('one', 1, { tags: ['folder:7'] });
    await cache.set('any', 1, { tags: ['folder:*'] });
    await cache.set('other', 1, { tags: ['folder:8', 'file:7'] });
    await cache.set('none', 1);
    const keys = async (tag: string) => keysOf(await survey.page({ tag, limit: 10 }));

    expect(await keys('Folder:7')).toEqual(['any', 'one']);
    expect(await keys('folder:*')).toEqual(['any', 'one', 'other']);
    expect(await keys('*')).toEqual(['any', 'none', 'one', 'other']);
    expect(await keys('=none')).toEqual(['none']);
    expect(await keys('folder')).toEqual([]);
    // Each of these is what happens when the tag is invalidated.
    for (const tag of ['folder:7', 'folder:*', '=none']) {
      const { keys: reached } = await survey.reachOf([tag]);
      const before = (await survey.page({ limit: 10 })).found.filter(({ live }) => live).map(({ key }) => key);
      await cache.invalidateTags([tag]);
      const after = (await survey.page({ limit: 10 })).found.filter(({ live }) => live).map(({ key }) => key);
      expect(after).toEqual(before.filter((key) => !reached.includes(key)));
    }
  });

  it('walks through everything once, in order, whatever comes and goes between the pages', async () => {
    const { cache, survey } = surveyed();
    for (const key of ['d', 'b', 'a', 'e', 'c']) await cache.set(key, key, { tags: ['all', `own:${key}`] });
    const first = await survey.page({ limit: 2 });
    await cache.set('aa', 1);
    const second = await survey.page({ limit: 2, after: first.next });
    const third = await survey.page({ limit: 2, after: second.next });

    expect([first, second, third].map(keysOf)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect([first.next, second.next, third.next]).toEqual(['b', 'd', undefined]);
    expect(third.total).toBe(6);
    expect(first.tags[0]).toEqual({ tag: 'all', entries: 5 });
  });

  it('shows a hundred tags at the most, the most frequent first, and no keys among them', async () => {
    const { cache, survey } = surveyed();
    for (let id = 0; id < 150; id++) await cache.set(`k${id}`, id, { tags: [`t:${id}`, `mod:${id % 3}`, '=another'] });
    const { tags } = await survey.page({ limit: 1 });

    expect(tags).toHaveLength(100);
    expect(tags.slice(0, 3)).toEqual(['mod:0', 'mod:1', 'mod:2'].map((tag) => ({ tag, entries: 50 })));
    expect(tags.some(({ tag }) => tag.startsWith('='))).toBe(false);
  });

  it('says what has expired or changed is not live', async () => {
    const { cache, clock, survey } = surveyed();
    await cache.set('short', 1, { ttl: 0.1 });
    await cache.set('dead', 1, { tags: ['x'] });
    await cache.set('alive', 1);
    await cache.invalidateTags(['x']);
    clock.turn(200);
    const { found } = await survey.page({ limit: 10 });

    expect(found.map(({ key, live }) => [key, live])).toEqual([
      ['alive', true],
      ['dead', false],
      ['short', false],
    ]);
  });

  it('lets others in after two thousand entries, and misses nothing that goes meanwhile', async () => {
    const { cache, clock, memory, survey } = surveyed();
    for (let id = 0; id < 5_000; id++) await cache.set(`k:${id}`, id);
    let isDone = false;
    const counting = survey.reachOf(['*']).finally(() => (isDone = true));
    await Promise.resolve();
    expect(isDone).toBe(false);
    expect(clock.alarms).toBeGreaterThan(0);
    memory.clear();
    for (let turns = 0; turns < 10 && !isDone; turns++) {
      clock.turn(0);
      await new Promise((resolve) => void setImmediate(resolve));
    }

    expect((await counting).entries).toBe(2_000);
  });
});
