// What is known of a key, and the sentences that somebody reads at three in the morning.
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import { Explainer } from '../../libs/cache/src/core/insight/explain.js';
import type { Policy } from '../../libs/cache/src/core/policy.js';
import { noStore, type SharedStore } from '../../libs/cache/src/core/store.js';
import { storyOf } from '../../libs/cache/src/core/insight/story.js';
import { core, Source } from '../support/core.js';

const names = {
  self: 'host:12',
  processOf: (owner: string) => (owner === 'alone' ? 'host:12' : owner),
  when: (instant: number) => `${instant} ms`,
};

/** A cache whose lease is in the test's hands, on a clock that begins at 0. */
function process(policy: Partial<Policy> = {}, store: SharedStore = noStore) {
  const lease = { held: true, until: Infinity };
  const replica = new Replica(lease, 'epoch');
  const registrar = new Alone(replica, 100);
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  const made = core(policy, { coherence, store });
  const explainer = new Explainer({ ...made, replica, store });
  return {
    ...made,
    replica,
    explain: (key = 'key') => explainer.explain(key),
    story: async (key = 'key') => storyOf(await explainer.explain(key), names),
    lose: () => {
      Object.assign(lease, { held: false, until: made.clock.now() });
      replica.drop();
    },
    find: (position: number, floor = 0) => {
      replica.adopt({ epoch: 'epoch', position, floor, changes: [], fences: [], settled: true });
      Object.assign(lease, { held: true, until: Infinity });
    },
  };
}

function source(load: () => unknown = () => 1): Source<unknown> {
  return Object.assign(new Source(load), { fallbackMs: 5_000 });
}

describe('the story of a key', () => {
  it('tells of an entry that stands who loaded it, how long it took, and until when it lasts', async () => {
    const { clock, reader, story } = process();
    clock.turn(100);
    await reader.read(source(() => clock.turn(8)));

    expect(await story()).toEqual([
      "Loaded by host:12 at 100 ms in 8 ms, under the list's position 0.",
      'It stands: it is answered until 60100 ms, unless something it depends on changes before.',
      'The last read that was not answered from here was at 100 ms: nothing was kept under this key.',
    ]);
  });

  it('tells what killed an entry, by whom and when, and keeps to that when more has happened since', async () => {
    const { clock, cache, reader, story, explain } = process();
    await reader.read(source());
    clock.turn(50);
    await cache.invalidateTags(['row:*']);
    clock.turn(50);
    await cache.invalidateTags(['other:1']);

    expect((await story())[1]).toBe(
      'Dead since position 2: row:* was changed by a transaction of host:12 that was committed at 50 ms.',
    );
    expect(await explain()).toMatchObject({
      condemned: { how: 'changed', tag: 'row:*', transaction: { settledAt: 50 } },
    });
  });

  it.each([
    ['everything', () => ['*'], 'everything was changed'],
    ['the key itself', () => ['=key'], 'this key itself was changed'],
    ['one of a family', () => ['all:7'], 'one of all:* was changed'],
  ])('calls %s by a name that people know', async (_, tags, words) => {
    const { cache, reader, story } = process();
    await reader.read(Object.assign(source(), { tags: ['all:*'] }));
    await cache.invalidateTags(tags());

    expect((await story())[1]).toContain(words);
  });

  it('tells of a fence whose it is and since when, and that a rollback ends it', async () => {
    const { clock, transactions, reader, story } = process();
    await reader.read(source());
    const write = transactions.begin();
    write.touch(['row:1']);
    clock.turn(30);
    await write.fence();

    expect((await story())[1]).toBe(
      'Not answered now: row:1 is fenced, because it is about to be changed by a transaction of host:12 that has had it fenced since 30 ms.',
    );
    await write.settle('rolled back');
    expect((await story())[1]).toContain('It stands');
  });

  it('finds the transaction that had a tag fenced when a read missed, among others of that tag', async () => {
    const { clock, transactions, reader, explain } = process();
    await reader.read(source());
    const commit = async (settledAfterMs: number) => {
      const write = transactions.begin();
      write.touch(['row:1']);
      await write.fence();
      clock.turn(settledAfterMs);
      return write;
    };
    await (await commit(10)).settle('rolled back');
    clock.turn(10);
    const meant = await commit(5);
    await reader.read(source());
    await meant.settle('rolled back');
    clock.turn(10);
    await (await commit(10)).settle('rolled back');

    expect((await explain()).lastMiss).toMatchObject({ reason: 'fenced', at: 25, transaction: { fencedAt: 20 } });
  });

  it('says out of step that nobody can know, and until when it is answered all the same', async () => {
    const { clock, reader, story, lose, find } = process();
    await reader.read(source());
    clock.turn(1_000);
    lose();

    expect((await story())[1]).toBe(
      'This process is out of step: it cannot know what others write. It is answered all the same until 6000 ms, ' +
        'because it was true when this process was last in step.',
    );
    clock.turn(5_000);
    expect((await story())[1]).toBe('This process is out of step: it cannot know what others write.');
    find(500, 400);
    expect((await story())[1]).toBe(
      'Dead: so much has changed since it was loaded that the list has forgotten the older changes.',
    );
  });

  it('says of an entry of a lost list that it is dead', async () => {
    const { reader, story, lose, find } = process();
    lose();
    await reader.read(source());
    find(5);

    expect((await story())[1]).toMatch(/^Dead: the list that it was loaded under is lost/);
  });

  it('tells why nothing is kept', async () => {
    const { clock, reader, cache, story, explain } = process({ purgeEveryMs: 1_000 });
    expect(await story()).toEqual([
      'Nothing is kept here, and nothing is remembered of why: it was not read here lately.',
    ]);
    await reader.read(Object.assign(source(), { ttlMs: 500 }));
    clock.turn(600);
    expect((await story())[1]).toBe('Expired at 500 ms.');
    clock.turn(1_000);
    expect((await story())[0]).toBe('Nothing is kept here: it had expired and was removed at 1000 ms.');
    await reader.read(source(() => cache.invalidateTags(['row:1'])));

    expect(await explain()).toMatchObject({ found: undefined, gone: { reason: 'invalidated', tag: 'row:1' } });
    expect((await story())[0]).toBe(
      'Nothing is kept here: the result of 1600 ms was overtaken while it was loaded. row:1 had been changed by a transaction of host:12 that was committed at 1600 ms.',
    );
  });

  it('asks Redis for the entry, and never waits for it in vain', async () => {
    const answers = { state: 'none' };
    const store: SharedStore = {
      ...noStore,
      getMany: async ([wanted]) => {
        if (answers.state === 'failed') return [{ failed: true }];
        const stamp = { epoch: answers.state === 'stands' ? 'epoch' : 'another', position: 0 };
        const draft = { stamp, tags: [], weight: 1, fallbackMs: 0, by: 'host:13', tookMs: 1 };
        if (answers.state !== 'none') wanted!.stands({ ...draft, remainsMs: 1, ageMs: 0, value: () => 1 });
        return [{}];
      },
    };
    const { explain } = process({}, store);
    const told: string[] = [];
    for (const state of ['none', 'stands', 'dead', 'failed']) {
      answers.state = state;
      told.push((await explain()).shared);
    }

    expect(told).toEqual(['none', 'stands', 'dead', 'unreachable']);
    expect((await process().explain()).shared).toBe('no redis');
  });
});
