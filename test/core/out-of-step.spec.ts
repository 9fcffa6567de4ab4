// What is answered by a process that cannot know what others write.
import { describe, expect, it } from '@jest/globals';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Claim, Replica } from '../../libs/cache/src/coherence/replica.js';
import { watchedBy } from '../../libs/cache/src/coherence/tag.js';
import { tagOfKey } from '../../libs/cache/src/core/entry.js';
import { core, Source } from '../support/core.js';

const fallbackMs = 5_000;

/** A cache whose lease is in the test's hands, on a clock that begins at 0. */
function process() {
  const lease = { held: true, until: Infinity };
  const replica = new Replica(lease, 'epoch');
  const registrar = new Alone(replica, 100);
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  const made = core({ fallbackMs }, { coherence });
  const { clock } = made;
  return {
    ...made,
    replica,
    registrar,
    /** It stops hearing of others, and knows it. */
    lose: () => {
      Object.assign(lease, { held: false, until: clock.now() });
      replica.drop();
    },
    /** It follows a list again, at a position of its own epoch. */
    find: (epoch: string) => {
      replica.adopt({ epoch, position: 100, floor: 0, changes: [], fences: [], settled: true });
      Object.assign(lease, { held: true, until: Infinity });
    },
  };
}

function source(key = 'key', tags = ['row:1']) {
  let value = 0;
  const made = new Source(() => ++value, key);
  made.tags = tags;
  made.fallbackMs = fallbackMs;
  return made;
}

describe('out of step', () => {
  it('I25: what was kept before is answered until it is as old as it may be, and no longer', async () => {
    const { reader, clock, lose } = process();
    const one = source();
    await reader.read(one);
    clock.turn(60_000 - 10_000);
    lose();

    clock.turn(fallbackMs - 1);
    expect(await reader.read(one)).toBe(1);
    clock.turn(1);
    expect(await reader.read(one)).toBe(2);
  });

  it('I25: what was loaded since is answered by its own age', async () => {
    const { reader, clock, lose } = process();
    const one = source();
    lose();
    clock.turn(60_000);
    expect(await reader.read(one)).toBe(1);

    clock.turn(fallbackMs - 1);
    expect(await reader.read(one)).toBe(1);
    clock.turn(1);
    expect(await reader.read(one)).toBe(2);
  });

  it('I25: a result is as old as the oldest that helped', async () => {
    const { reader, clock, lose } = process();
    const inner = source('inner');
    const outer = source('outer');
    let helped = 0;
    outer.load = async () => {
      outer.loads++;
      helped = await reader.read(inner);
      return helped;
    };
    await reader.read(inner);
    lose();
    clock.turn(fallbackMs - 1);
    await reader.read(outer);
    expect([helped, outer.loads]).toEqual([1, 1]);

    clock.turn(1);
    await reader.read(outer);
    expect([helped, outer.loads]).toEqual([2, 2]);
  });

  it('I25: nothing is answered that this process is changing or has changed, before the loss or since', async () => {
    const { reader, replica, registrar, lose } = process();
    const [before, during, after, spared] = ['row:1', 'row:2', 'row:3', 'row:4'].map((tag) => source(tag, [tag])) as [
      Source<number>,
      Source<number>,
      Source<number>,
      Source<number>,
    ];
    for (const one of [before, during, after, spared]) await reader.read(one);
    const { id } = await registrar.fence(['row:1']);
    lose();
    replica.note({ kind: 'fence', fence: id, owner: '', ref: '', tags: ['row:1'] });
    replica.note({ kind: 'fence', fence: 'own', owner: '', ref: '', tags: ['row:2'] });
    replica.note({ kind: 'settle', fence: 'other', changed: ['row:3'] });

    const answers = await Promise.all([before, during, after, spared].map((one) => reader.read(one)));
    expect(answers).toEqual([2, 2, 2, 1]);
    // What is loaded behind a fence may be from before the commit.
    expect(await reader.read(before)).toBe(3);
    expect(await reader.read(during)).toBe(3);
    expect(await reader.read(after)).toBe(2);
  });

  it('I25: the same of what was loaded by another process that had heard more than this one', async () => {
    for (const doing of ['at the loss', 'since'] as const) {
      const { reader, replica, registrar, memory, lose } = process();
      const [one, spared] = [source('one', ['row:1']), source('spared', ['row:2'])];
      for (const { key, tags } of [one, spared]) {
        await reader.read(key === 'one' ? one : spared);
        const entry = memory.look(key)!;
        const ahead = { ...replica.stamp, position: replica.stamp.position + 5 };
        memory.set(key, { ...entry, claim: new Claim(ahead, watchedBy(tagOfKey(key), tags)) });
      }
      if (doing === 'at the loss') await registrar.fence(['row:1']);
      lose();
      if (doing === 'since') replica.note({ kind: 'settle', fence: 'own', changed: ['row:1'] });

      expect([await reader.read(one), await reader.read(spared)]).toEqual([2, 1]);
    }
  });

  it('I25: what others were changing at the loss is loaded afresh, and then answered like anything else', async () => {
    const { reader, registrar, lose } = process();
    const one = source();
    await reader.read(one);
    await registrar.fence(['row:1']);
    lose();

    expect(await reader.read(one)).toBe(2);
    expect(await reader.read(one)).toBe(2);
    // Trying in vain to find a list again changes nothing.
    lose();
    expect(await reader.read(one)).toBe(2);
  });

  it('I25: a read that allows no age is never answered, and neither is what was made with its help', async () => {
    const { reader, lose } = process();
    const strict = source('strict');
    strict.fallbackMs = 0;
    const outer = source('outer');
    outer.load = async () => {
      outer.loads++;
      return reader.read(strict);
    };
    await reader.read(outer);
    lose();

    await reader.read(outer);
    await reader.read(strict);
    expect([outer.loads, strict.loads]).toEqual([2, 3]);
  });

  it('I25: back in step, nothing that was loaded out of step is answered; what was kept before is, if nothing changed', async () => {
    const { reader, lose, find } = process();
    const [kept, loaded] = [source('kept'), source('loaded')];
    await reader.read(kept);
    lose();
    await reader.read(loaded);
    find('epoch');

    expect(await reader.read(kept)).toBe(1);
    expect(await reader.read(loaded)).toBe(2);
    lose();
    find('another epoch');
    expect(await reader.read(kept)).toBe(2);
  });

  it('I25: what was loaded out of step is not taken for current when step is lost again', async () => {
    const { reader, lose, find } = process();
    const one = source();
    lose();
    await reader.read(one);
    find('epoch');
    lose();

    expect(await reader.read(one)).toBe(2);
  });

  it('I9: an error of a load that began before is shared with nobody who came later', async () => {
    const { reader, lose } = process();
    const one = source();
    let fail!: (error: Error) => void;
    one.load = () => {
      one.loads++;
      if (one.loads > 1) return Promise.resolve(7);
      return new Promise((_resolve, reject) => (fail = reject));
    };
    lose();
    const first = reader.read(one);
    const later = reader.read(one);
    fail(new Error('there is no such row'));

    await expect(first).rejects.toThrow('no such row');
    expect(await later).toBe(7);
  });
});
