// What the application itself says to the cache inside a transaction counts at its commit, and not at all if it rolls back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { InvalidatesTags } from '@data-room/cache';
import { Note, Notes } from '../support/notes.js';

@Injectable()
class Press {
  @InvalidatesTags(['press'])
  async reprint(): Promise<void> {}

  @InvalidatesTags((edition: number) => [`edition:${edition}`])
  async publish(edition: number, fail = false): Promise<number> {
    if (fail) throw new Error('no');
    return edition;
  }
}

let notes: Notes;
let press: Press;
beforeAll(async () => {
  notes = await Notes.start({ providers: [Press], options: { extra: { max: 6 } } });
  press = notes.application.module.get(Press);
});
beforeEach(async () => {
  await notes.reset();
  await notes.cache.set('press', 'kept', { tags: ['press'] });
  await notes.cache.set('edition', 'kept', { tags: ['edition:1'] });
  await notes.cache.set('value', 'kept');
});
afterAll(() => notes.stop());

type Ways = Readonly<
  Record<string, (source: DataSource, work: (m: EntityManager) => Promise<unknown>) => Promise<unknown>>
>;
const ways: Ways = {
  'dataSource.transaction': (source, work) => source.transaction(work),
  'dataSource.transaction with an isolation level': (source, work) => source.transaction('REPEATABLE READ', work),
  'manager.transaction': (source, work) => source.manager.transaction(work),
  'a nested transaction': (source, work) => source.transaction((outer) => outer.transaction(work)),
  'a runner’s manager': async (source, work) => {
    const runner = source.createQueryRunner();
    try {
      await runner.manager.transaction(work);
    } finally {
      await runner.release();
    }
  },
};
const sayings: Readonly<Record<string, { say: () => Promise<unknown>; about: string }>> = {
  invalidateTags: { say: () => notes.cache.invalidateTags(['press']), about: 'press' },
  delete: { say: () => notes.cache.delete('value'), about: 'value' },
  clear: { say: () => notes.cache.clear(), about: 'press' },
  '@InvalidatesTags with tags known beforehand': { say: () => press.reprint(), about: 'press' },
  '@InvalidatesTags with tags of the result': { say: () => press.publish(1), about: 'edition' },
};

/** Called by somebody outside of the transaction, whatever surrounds the caller. */
const outside: <T>(call: () => Promise<T>) => Promise<T> = (() => {
  const waiting: (() => void)[] = [];
  setInterval(() => waiting.splice(0).forEach((call) => call()), 1).unref();
  return <T>(call: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => waiting.push(() => void call().then(resolve, reject)));
})();
const kept = (key: string) => outside(() => notes.cache.get(key));

describe.each(Object.entries(ways))('in %s', (_way, inTransaction) => {
  it.each(Object.entries(sayings))('%s counts at the commit and not before', async (_name, { say, about }) => {
    await inTransaction(notes.dataSource, async () => {
      await say();
      expect(await kept(about)).toBe('kept');
    });

    expect(await kept(about)).toBeUndefined();
  });

  it.each(Object.entries(sayings))('I8: %s does not count when it rolls back', async (_name, { say, about }) => {
    const failing = inTransaction(notes.dataSource, async () => {
      await say();
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await kept(about)).toBe('kept');
  });

  it('I10: what is set is kept at the commit and not before', async () => {
    await inTransaction(notes.dataSource, async () => {
      await notes.cache.set('value', 'new');
      expect(await kept('value')).toBe('kept');
      expect(await notes.cache.get('value')).toBeUndefined();
    });

    expect(await kept('value')).toBe('new');
  });

  it('what is set is never kept when it rolls back', async () => {
    const failing = inTransaction(notes.dataSource, async () => {
      await notes.cache.set('value', 'new');
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await kept('value')).toBe('kept');
  });
});

describe('a transaction', () => {
  it('keeps nothing that was set before a write to what it depends on', async () => {
    await notes.dataSource.transaction(async (manager) => {
      await notes.cache.set('value', 'early', { tags: ['note:1'] });
      await manager.save(Note, { id: 1, text: 'new' });
    });

    expect(await kept('value')).toBeUndefined();
  });

  it('keeps nothing that somebody else has overtaken since it was set', async () => {
    await notes.dataSource.transaction(async (manager) => {
      await notes.cache.set('value', (await manager.findOneByOrFail(Note, { id: 1 })).text, { tags: ['note:1'] });
      await outside(() => notes.dataSource.manager.save(Note, { id: 1, text: 'new' }));
    });

    expect(await kept('value')).toBeUndefined();
  });

  it('keeps nothing that was set in a savepoint that it has rolled back', async () => {
    await notes.dataSource.transaction(async (manager) => {
      const inner = manager.transaction(async (nested) => {
        await nested.save(Note, { id: 1, text: 'never' });
        await notes.cache.set('value', (await nested.findOneByOrFail(Note, { id: 1 })).text);
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
    });

    expect(await kept('value')).not.toBe('never');
  });

  it('a method with @InvalidatesTags that throws invalidates nothing', async () => {
    await notes.dataSource.transaction(async () => {
      await expect(press.publish(1, true)).rejects.toThrow('no');
    });

    expect(await kept('edition')).toBe('kept');
  });
});

describe('a transaction driven by hand', () => {
  it('has what is said while it is open invalidated now and again at its commit, because nobody knows whose it is', async () => {
    const runner = notes.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, { id: 1, text: 'new' });
    await notes.cache.invalidateTags(['press']);
    expect(await kept('press')).toBeUndefined();
    await notes.cache.getOrLoad('press', { tags: ['press'] }, async () => 'between');

    await runner.commitTransaction();
    await runner.release();

    expect(await kept('press')).toBeUndefined();
  });

  it('loses no tag to a sibling that rolls back', async () => {
    const drive = async (end: 'commitTransaction' | 'rollbackTransaction') => {
      const runner = notes.dataSource.createQueryRunner();
      await runner.startTransaction();
      await press.publish(1);
      await notes.cache.getOrLoad('edition', { tags: ['edition:1'] }, async () => 'between');
      await runner[end]();
      await runner.release();
    };

    await Promise.all([drive('rollbackTransaction'), drive('commitTransaction')]);

    expect(await kept('edition')).toBeUndefined();
  });
});

describe('a write that escapes its transaction by another connection', () => {
  it('takes the explicit tags with it, also when the transaction rolls back', async () => {
    const failing = notes.dataSource.transaction(async () => {
      await notes.dataSource.getRepository(Note).update({ id: 1 }, { text: 'escaped' });
      await notes.cache.invalidateTags(['press']);
      expect(await kept('press')).toBeUndefined();
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await kept('press')).toBeUndefined();
    expect(await notes.read(1)).toBe('escaped');
  });

  it('takes along what was said before it', async () => {
    const failing = notes.dataSource.transaction(async () => {
      await notes.cache.invalidateTags(['press']);
      await notes.dataSource.getRepository(Note).update({ id: 1 }, { text: 'escaped' });
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await kept('press')).toBeUndefined();
  });
});

describe('work that outlives its transaction', () => {
  it('is on its own: what it says counts at once', async () => {
    let late!: Promise<unknown>;
    let goOn!: () => void;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    await notes.dataSource.transaction(async (manager) => {
      await manager.findOneBy(Note, { id: 1 });
      late = gate.then(async () => {
        await notes.cache.invalidateTags(['press']);
        await notes.cache.set('value', 'late');
        await notes.dataSource.manager.update(Note, { id: 1 }, { text: 'late' });
      });
    });
    expect(await kept('press')).toBe('kept');

    goOn();
    await late;

    expect(await kept('press')).toBeUndefined();
    expect(await kept('value')).toBe('late');
    expect(await notes.read(1)).toBe('late');
  });

  it.each(['commits', 'rolls back'])('writes that are still under way when it %s are not missed', async (end) => {
    for (let round = 0; round < 30; round++) {
      const stray: Promise<unknown>[] = [];
      const transaction = notes.dataSource.transaction(async (manager) => {
        await manager.update(Note, { id: 3 }, { text: `${round}` });
        // Not awaited: sent before, with or after the end of the transaction.
        stray.push(manager.update(Note, { id: 1 }, { text: `stray ${round}` }));
        stray.push(manager.save(Note, { id: 2, text: `stray ${round}` }));
        for (let turn = 0; turn < round; turn++) await Promise.resolve();
        if (end === 'rolls back') throw new Error('no');
      });
      const reading = (async () => {
        for (let turn = 0; turn < 10; turn++) await Promise.all([1, 2, 3].map((id) => outside(() => notes.read(id))));
      })();
      await Promise.allSettled([transaction, reading]);
      await Promise.allSettled(stray);

      for (const id of [1, 2, 3])
        expect([round, id, await notes.read(id)]).toEqual([round, id, await notes.stored(id)]);
    }
  });
});
