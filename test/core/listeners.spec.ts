// Who wants to know of changes, of transactions, of what becomes of the cache.
import { subscribe, unsubscribe, type ChannelListener } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import type { EventMessage, InvalidatedMessage } from '../../libs/cache/src/core/insight/channels.js';
import type { Invalidated } from '../../libs/cache/src/core/insight/listeners.js';
import { core, Source } from '../support/core.js';

function heardBy({ cache }: ReturnType<typeof core>, tag: string): Invalidated[] {
  const heard: Invalidated[] = [];
  cache.onInvalidated(tag, (invalidated) => heard.push(invalidated));
  return heard;
}

describe('a listener to invalidations', () => {
  it('I29: hears of a change when it has been committed, and reads what it has become', async () => {
    const made = core();
    let row = 'before';
    const source = new Source(() => row);
    await made.reader.read(source);
    const read: Promise<string>[] = [];
    made.cache.onInvalidated('row:1', () => void read.push(made.reader.read(source)));

    const transaction = made.transactions.begin();
    transaction.touch(['row:1']);
    await transaction.fence();
    made.clock.turn(10);
    expect(read).toEqual([]);
    row = 'after';
    await transaction.settle('committed');
    made.clock.turn(0);

    expect(await Promise.all(read)).toEqual(['after']);
  });

  it('I29: hears nothing of a rollback', async () => {
    const made = core();
    const heard = heardBy(made, 'row:1');
    const transaction = made.transactions.begin();
    transaction.touch(['row:1']);
    await transaction.fence();

    await transaction.settle('rolled back');
    made.clock.turn(0);

    expect(heard).toEqual([]);
  });

  it.each([
    ['folder:7', ['folder:7'], ['folder:7']],
    ['FOLDER:7', ['folder:7'], ['folder:7']],
    ['folder:7', ['folder:*'], ['folder:*']],
    ['folder:7', ['*'], ['*']],
    ['folder:*', ['folder:7', 'folder:8', 'file:1'], ['folder:7', 'folder:8']],
    ['*', ['*'], ['*']],
    ['languages', ['languages'], ['languages']],
    ['folder:7', ['folder:8', 'file:7'], undefined],
    ['folder', ['folder:7'], undefined],
  ])('%s hears, of a change to %j, %j', async (tag, changed, told) => {
    const made = core();
    const heard = heardBy(made, tag);

    await made.transactions.change(changed);
    made.clock.turn(0);

    expect(heard).toEqual(told === undefined ? [] : [{ tags: told, missed: false }]);
  });

  it('of everything hears of each change there is', async () => {
    const made = core();
    const heard = heardBy(made, '*');

    await made.transactions.change(['folder:7', 'file:1']);
    made.clock.turn(0);

    expect(heard).toEqual([{ tags: ['folder:7', 'file:1'], missed: false }]);
  });

  it.each(['folder:7', 'folder:*', '*'])(
    'I29: to %s is told once that something may have been missed when the list was taken over',
    async (tag) => {
      const replica = new Replica({ held: true, until: Infinity }, 'epoch');
      const coherence = { replica, registrar: new Alone(replica, 100), start: () => {}, stop: () => Promise.resolve() };
      const made = core({}, { coherence });
      const heard = heardBy(made, tag);

      replica.adopt({ epoch: 'another', position: 9, floor: 0, changes: [], fences: [], settled: true });
      made.clock.turn(0);

      expect(heard).toEqual([{ tags: ['*'], missed: true }]);
    },
  );

  it('that has been taken back hears nothing, its twin still does', async () => {
    const made = core();
    let heard = 0;
    const listener = () => void heard++;
    const off = made.cache.onInvalidated('row:1', listener);
    made.cache.onInvalidated('row:1', listener);

    off();
    await made.transactions.change(['row:1']);
    made.clock.turn(0);

    expect(heard).toBe(1);
  });

  it('that throws keeps nobody from hearing, and is a fault', async () => {
    const made = core();
    made.cache.onInvalidated('row:1', () => {
      throw new Error('mine');
    });
    const heard = heardBy(made, 'row:1');

    await made.transactions.change(['row:1']);
    made.clock.turn(0);

    expect(heard).toHaveLength(1);
    expect(made.events).toMatchObject([{ kind: 'fault', during: 'a listener to invalidations' }]);
  });

  it('to something that is no tag is refused', () => {
    const { cache } = core();
    expect(() => cache.onInvalidated(7 as never, () => {})).toThrow(/CACHE_OPTIONS_INVALID/);
  });
});

describe('a listener to events', () => {
  it('hears of the kind that it asked for, until it is taken back', async () => {
    const { cache, reader } = core();
    const names: string[] = [];
    const off = cache.on('refused', ({ name }) => names.push(name));

    await reader.read(new Source(() => () => 1, 'one'));
    off();
    await reader.read(new Source(() => () => 1, 'two'));

    expect(names).toEqual(['Source.read']);
  });

  it('that throws fails nobody', async () => {
    const { cache, reader, events } = core();
    cache.on('refused', () => {
      throw new Error('mine');
    });

    await expect(reader.read(new Source(() => () => 1))).resolves.toBeInstanceOf(Function);
    expect(events).toMatchObject([{ kind: 'refused' }, { kind: 'fault', during: 'a listener to the event refused' }]);
  });
});

describe('the history', () => {
  it('has each transaction with its tags, its outcome, and when it was fenced and settled', async () => {
    const made = core();
    const { insight, clock } = made;
    const [kept, undone] = [made.transactions.begin(), made.transactions.begin()];
    for (const [transaction, tag] of [
      [kept, 'row:1'],
      [undone, 'row:2'],
    ] as const) {
      transaction.touch([tag]);
      await transaction.fence();
    }
    expect(insight.history.openOn('row:1')).toMatchObject({ outcome: 'open', settledAt: undefined });
    clock.turn(7);
    await kept.settle('committed');
    await undone.settle('rolled back');

    expect(insight.history.told).toMatchObject([
      { tags: ['row:2'], tagCount: 1, outcome: 'rolled back', fencedAt: 0, settledAt: 7 },
      { tags: ['row:1'], tagCount: 1, outcome: 'committed', fencedAt: 0, settledAt: 7 },
    ]);
    expect(insight.history.at(3)).toMatchObject({ tags: ['row:1'] });
  });

  it('knows what became of a transaction also when its owner says once more that it fences', () => {
    const { insight, clock } = core();
    const { history } = insight;
    const fence = { kind: 'fence', fence: 'f', owner: 'me', tags: ['row:1'], ref: '' } as const;
    history.heard({ ...fence, position: 1 });
    clock.turn(5);
    history.heard({ ...fence, position: 2 });
    expect(history.told).toMatchObject([{ outcome: 'open', fencedAt: 0 }]);

    history.heard({ kind: 'settle', fence: 'f', position: 3, changed: ['row:1'] });
    history.heard({ ...fence, position: 4 });

    expect(history.told).toMatchObject([{ outcome: 'committed', settledAt: 5, position: 3 }]);
  });

  it('remembers the last two hundred, and twenty tags of each', async () => {
    const made = core();
    await made.transactions.change(Array.from({ length: 50 }, (_, i) => `row:${i}`));
    expect(made.insight.history.told[0]).toMatchObject({ tagCount: 50 });
    expect(made.insight.history.told[0]!.tags).toHaveLength(20);

    for (let i = 0; i < 300; i++) await made.transactions.change([`row:${i}`]);

    expect(made.insight.history.told).toHaveLength(200);
    expect(made.insight.history.told[0]).toMatchObject({ tags: ['row:299'] });
  });
});

describe('whoever listens to node:diagnostics_channel', () => {
  const listening: [string, ChannelListener][] = [];
  afterEach(() => listening.splice(0).forEach(([name, listener]) => unsubscribe(name, listener)));

  function heardOn<M>(name: string): M[] {
    const heard: M[] = [];
    const listener: ChannelListener = (message) => heard.push(message as M);
    subscribe(name, listener);
    listening.push([name, listener]);
    return heard;
  }

  it('hears of each event of each cache, and whose it is', async () => {
    const [one, other] = [core(), core()];
    const heard = heardOn<EventMessage>('data-room-cache:event');

    await one.reader.read(new Source(() => () => 1, 'one'));
    await other.reader.read(new Source(() => () => 2, 'other'));

    expect(heard).toEqual([
      { cache: one.cache, event: one.events[0] },
      { cache: other.cache, event: other.events[0] },
    ]);
    expect(heard.map(({ event }) => event.kind)).toEqual(['refused', 'refused']);
  });

  it('I29: hears of what was committed, as a listener to everything does, and of nothing that was rolled back', async () => {
    const made = core();
    const heard = heardOn<InvalidatedMessage>('data-room-cache:invalidated');
    const rolledBack = made.transactions.begin();
    rolledBack.touch(['row:1']);
    await rolledBack.fence();
    await rolledBack.settle('rolled back');

    await made.transactions.change(['folder:7', 'file:1']);
    expect(heard).toEqual([]);
    made.clock.turn(0);

    expect(heard).toEqual([{ cache: made.cache, tags: ['folder:7', 'file:1'], missed: false }]);
  });

  it('I29: is told once that something may have been missed', () => {
    const replica = new Replica({ held: true, until: Infinity }, 'epoch');
    const coherence = { replica, registrar: new Alone(replica, 100), start: () => {}, stop: () => Promise.resolve() };
    const made = core({}, { coherence });
    const heard = heardOn<InvalidatedMessage>('data-room-cache:invalidated');

    replica.adopt({ epoch: 'another', position: 9, floor: 0, changes: [], fences: [], settled: true });
    made.clock.turn(0);

    expect(heard).toEqual([{ cache: made.cache, tags: ['*'], missed: true }]);
  });
});
