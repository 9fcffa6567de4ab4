// A cache follows the outermost commit of every way to drive a transaction, and never a rollback.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { Note, Notes, writes } from '../support/notes.js';

type Work = (manager: EntityManager) => Promise<unknown>;

/** Runs `work` and commits; rejects and rolls back if it rejects. */
const ways: Readonly<Record<string, (dataSource: DataSource, work: Work) => Promise<unknown>>> = {
  'dataSource.transaction': (dataSource, work) => dataSource.transaction(work),
  'a serializable transaction': (dataSource, work) => dataSource.transaction('SERIALIZABLE', work),
  'a repeatable read transaction': (dataSource, work) => dataSource.transaction('REPEATABLE READ', work),
  'manager.transaction': (dataSource, work) => dataSource.manager.transaction(work),
  'a repository’s manager': (dataSource, work) => dataSource.getRepository(Note).manager.transaction(work),
  'a nested transaction': (dataSource, work) => dataSource.transaction((outer) => outer.transaction(work)),
  'three levels of nesting': (dataSource, work) =>
    dataSource.transaction((outer) => outer.transaction((middle) => middle.transaction(work))),
  'a manager of its own': (dataSource, work) => dataSource.createEntityManager().transaction(work),
  'a hand-driven runner': async (dataSource, work) => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      await work(runner.manager);
      await runner.commitTransaction();
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  },
  'BEGIN and COMMIT as text': async (dataSource, work) => {
    const runner = dataSource.createQueryRunner();
    await runner.query('begin');
    try {
      await work(runner.manager);
      await runner.query('/* done */ Commit work;');
    } catch (error) {
      await runner.query('-- undone\nROLLBACK');
      throw error;
    } finally {
      await runner.release();
    }
  },
};

describe.each(Object.entries(ways))('%s', (name, inTransaction) => {
  // TypeORM does not know of a BEGIN in a text: a save would begin and commit a transaction of its own in it.
  const kinds = Object.entries(writes).filter(([kind]) => !name.includes('text') || kind !== 'an entity save');
  let notes: Notes;
  beforeAll(async () => {
    notes = await Notes.start();
  });
  beforeEach(() => notes.reset());
  afterAll(() => notes.stop());

  it.each(kinds)('invalidates at the commit and not before: %s', async (_kind, write) => {
    await inTransaction(notes.dataSource, async (manager) => {
      await write(manager, 1, 'new');
      const outside = await outsideOfTransactions(() => notes.read(1));
      expect(outside).toBe('old');
    });

    expect(await notes.read(1)).toBe('new');
  });

  it.each(kinds)('I8: changes nothing when it rolls back: %s', async (_kind, write) => {
    const failing = inTransaction(notes.dataSource, async (manager) => {
      await write(manager, 1, 'new');
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await notes.hits(1)).toBe(true);
    expect(await notes.read(1)).toBe('old');
  });

  it('keeps what several of them do at the same time apart', async () => {
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((id) =>
        inTransaction(notes.dataSource, async (manager) => {
          await manager.update(Note, { id }, { text: 'new' });
          if (id === 2) throw new Error('no');
        }),
      ),
    );

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([await notes.read(1), await notes.read(2), await notes.read(3)]).toEqual(['new', 'old', 'new']);
  });

  it('says nothing of rows that were only read', async () => {
    await inTransaction(notes.dataSource, (manager) => manager.findOneBy(Note, { id: 1 }));

    expect(await notes.hits(1)).toBe(true);
  });
});

describe('savepoints and runners', () => {
  let notes: Notes;
  beforeAll(async () => {
    notes = await Notes.start();
  });
  beforeEach(() => notes.reset());
  afterAll(() => notes.stop());

  it('a rolled-back savepoint takes nothing from the outer transaction', async () => {
    await notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      const inner = manager.transaction(async (nested) => {
        await nested.save(Note, { id: 2, text: 'new' });
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
      await manager.save(Note, { id: 3, text: 'new' });
    });

    expect([await notes.read(1), await notes.read(2), await notes.read(3)]).toEqual(['new', 'old', 'new']);
  });

  it('an inner commit is none until the outer one', async () => {
    const failing = notes.dataSource.transaction(async (manager) => {
      await manager.transaction((nested) => nested.save(Note, { id: 1, text: 'new' }));
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await notes.hits(1)).toBe(true);
  });

  it('nested transactions in one Promise.all on one manager leave nothing stale, whatever became of them', async () => {
    const nested = notes.dataSource.transaction(async (manager) => {
      await Promise.allSettled(
        [1, 2, 3].map((id) =>
          manager.transaction(async (inner) => {
            await inner.save(Note, { id, text: 'new' });
            if (id === 2) throw new Error('no');
          }),
        ),
      );
    });

    await Promise.allSettled([nested]);
    // What such a mess leaves behind on its connection is cleared away by the next ones to use it.
    for (let i = 0; i < 5; i++) {
      await Promise.allSettled([
        notes.dataSource.transaction((manager) => manager.save(Note, { id: 3, text: `${i}` })),
      ]);
    }
    for (const id of [1, 2, 3]) expect([id, await notes.read(id)]).toEqual([id, await notes.stored(id)]);
  });

  it('two runners driven in one frame are two transactions', async () => {
    const [first, second] = [notes.dataSource.createQueryRunner(), notes.dataSource.createQueryRunner()];
    await first.startTransaction();
    await second.startTransaction();
    await first.manager.save(Note, { id: 1, text: 'new' });
    await second.manager.save(Note, { id: 2, text: 'new' });

    await first.rollbackTransaction();
    await second.commitTransaction();
    await first.release();
    await second.release();

    expect(await notes.hits(1)).toBe(true);
    expect(await notes.read(2)).toBe('new');
  });

  it('a runner disposed of by `await using` commits what it has begun', async () => {
    {
      await using runner = notes.dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.save(Note, { id: 1, text: 'new' });
    }

    expect(await notes.read(1)).toBe(await notes.stored(1));
  });

  it('rows of a runner that was released without COMMIT count when the next user of the connection commits them', async () => {
    const single = await Notes.start({ options: { extra: { max: 1 } } });
    const runner = single.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, { id: 1, text: 'forgotten' });
    await runner.release();

    await single.dataSource.transaction((manager) => manager.save(Note, { id: 2, text: 'new' }));

    expect(await single.stored(1)).toBe('forgotten');
    expect(await single.read(1)).toBe('forgotten');
    await single.stop();
  });

  it('an autocommitted write on a connection that was left in a transaction counts when that is committed', async () => {
    const single = await Notes.start({ options: { extra: { max: 1 } } });
    const runner = single.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.release();

    await single.dataSource.getRepository(Note).update({ id: 1 }, { text: 'new' });
    await single.dataSource.transaction((manager) => manager.save(Note, { id: 2, text: 'new' }));

    expect(await single.stored(1)).toBe('new');
    expect(await single.read(1)).toBe('new');
    await single.stop();
  });

  it('COMMIT AND CHAIN begins a transaction that is followed like any other', async () => {
    const runner = notes.dataSource.createQueryRunner();
    await runner.query('BEGIN');
    await runner.query(`UPDATE note SET text = 'first' WHERE id = 1`);
    await runner.query('COMMIT AND CHAIN');
    expect(await notes.read(1)).toBe('first');
    await runner.query(`UPDATE note SET text = 'second' WHERE id = 1`);
    expect(await notes.read(1)).toBe('first');
    await runner.query('COMMIT');
    await runner.release();

    expect(await notes.read(1)).toBe('second');
  });

  it.each([
    ['a whole transaction', `BEGIN; UPDATE note SET text = 'new' WHERE id = 1; COMMIT`],
    ['two writes', `UPDATE note SET text = 'x' WHERE id = 2; UPDATE note SET text = 'new' WHERE id = 1`],
    ['a commit before it begins again', `BEGIN; UPDATE note SET text = 'new' WHERE id = 1; COMMIT; BEGIN; COMMIT`],
  ])('a text of several statements: %s', async (_name, text) => {
    await notes.dataSource.query(text);

    expect(await notes.stored(1)).toBe('new');
    expect(await notes.read(1)).toBe('new');
  });

  it('a text that commits, begins anew and writes is followed on both sides', async () => {
    const runner = notes.dataSource.createQueryRunner();
    await runner.query('BEGIN');
    await runner.query(`UPDATE note SET text = 'new' WHERE id = 1`);
    await runner.query(`COMMIT AND CHAIN; UPDATE note SET text = 'new' WHERE id = 2`);
    expect([await notes.read(1), await notes.read(2)]).toEqual(['new', 'old']);
    await runner.query('COMMIT');
    await runner.release();

    expect(await notes.read(2)).toBe('new');
  });

  it('I6: a transaction that a text of several statements began is fenced for what comes after the text, too', async () => {
    const runner = notes.dataSource.createQueryRunner();
    await runner.query(`BEGIN; UPDATE note SET text = 'x' WHERE id = 2`);
    await runner.query(`UPDATE note SET text = 'new' WHERE id = 1`);
    expect(await notes.read(1)).toBe('old');
    await runner.query('COMMIT');
    await runner.release();

    expect(await notes.read(1)).toBe('new');
  });

  it('a text of several statements that fails half-way leaves nothing stale and nothing fenced', async () => {
    const failing = notes.dataSource.query(`UPDATE note SET text = 'new' WHERE id = 1; COMMIT; SELECT 1/0`);

    await expect(failing).rejects.toThrow('division by zero');
    expect(await notes.read(1)).toBe(await notes.stored(1));
    await notes.read(1);
    expect(await notes.hits(1)).toBe(true);
  });
});

/** As somebody else would see it: the frame of the transaction does not reach through a timer that was set before it. */
const outsideOfTransactions = (() => {
  const waiting: (() => void)[] = [];
  const timer = setInterval(() => waiting.splice(0).forEach((call) => call()), 1);
  timer.unref();
  return <T>(call: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => waiting.push(() => void call().then(resolve, reject)));
})();
