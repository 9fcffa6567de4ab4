// What the users of the oracle do to books: every way to write, in every shape of transaction, with every bad luck.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Dice } from './ledger.js';
import type { PostgresProxy } from './postgres-proxy.js';
import { Book, books, shelves } from './library.js';

export interface Desk {
  readonly dataSource: DataSource;
  readonly dice: Dice;
  readonly admin: Client;
  readonly network: PostgresProxy;
  /** Called inside a transaction before it ends well: what it sees will have been committed. */
  readonly note: (manager: EntityManager) => Promise<void>;
}

type Write = (manager: EntityManager, dice: Dice) => Promise<unknown>;
type Shape = (desk: Desk) => Promise<unknown>;

const anyBook = (dice: Dice) => 1 + dice.below(books);
const anyShelf = (dice: Dice) => 1 + dice.below(shelves);
const anyText = (dice: Dice) => `text ${dice.below(1_000_000)}`;

const writes: Readonly<Record<string, Write>> = {
  save: async (manager, dice) => {
    const book = await manager.findOneBy(Book, { id: anyBook(dice) });
    if (book !== null) await manager.save(Book, { id: book.id, text: anyText(dice) });
  },
  move: async (manager, dice) => {
    const book = await manager.findOneBy(Book, { id: anyBook(dice) });
    if (book !== null) await manager.save(Book, Object.assign(book, { shelfId: anyShelf(dice) }));
  },
  'save without listeners': async (manager, dice) => {
    const book = await manager.findOneBy(Book, { id: anyBook(dice) });
    if (book !== null) await manager.save(Book, Object.assign(book, { text: anyText(dice) }), { listeners: false });
  },
  remove: async (manager, dice) => {
    const book = await manager.findOneBy(Book, { id: anyBook(dice) });
    if (book !== null) await manager.remove(book);
  },
  insert: (manager, dice) => manager.insert(Book, { id: anyBook(dice), text: anyText(dice), shelfId: anyShelf(dice) }),
  upsert: (manager, dice) =>
    manager.upsert(Book, { id: anyBook(dice), text: anyText(dice), shelfId: anyShelf(dice) }, ['id']),
  'update by id': (manager, dice) => manager.update(Book, anyBook(dice), { text: anyText(dice) }),
  'update by criteria': (manager, dice) => manager.update(Book, { shelfId: anyShelf(dice) }, { text: anyText(dice) }),
  increment: (manager, dice) => manager.increment(Book, { id: anyBook(dice) }, 'size', 1),
  delete: (manager, dice) => manager.delete(Book, { id: anyBook(dice) }),
  builder: (manager, dice) =>
    manager
      .createQueryBuilder()
      .update(Book)
      .set({ shelfId: anyShelf(dice) })
      .where({ id: anyBook(dice) })
      .callListeners(dice.roll() < 0.5)
      .execute(),
  'raw SQL': (manager, dice) =>
    manager.query('/* by hand */ UPDATE book SET text = $1, shelf_id = $2 WHERE id = $3', [
      anyText(dice),
      anyShelf(dice),
      anyBook(dice),
    ]),
};
const kinds = Object.values(writes);
const some: Write = (manager, dice) => dice.pick(kinds)(manager, dice);

const backendOf = async (manager: EntityManager): Promise<number> => {
  const rows = (await manager.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return rows[0]!.pid;
};

async function byHand(dataSource: DataSource, work: (runner: QueryRunner) => Promise<unknown>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await work(runner);
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    await runner.release();
  }
}

export const shapes: Readonly<Record<string, Shape>> = {
  'on its own': ({ dataSource, dice }) => some(dataSource.manager, dice),
  'a transaction': ({ dataSource, dice, note }) =>
    dataSource.transaction(async (manager) => {
      for (let left = 1 + dice.below(3); left > 0; left--) await some(manager, dice);
      await note(manager);
    }),
  'a rollback': ({ dataSource, dice }) =>
    dataSource.transaction(async (manager) => {
      await some(manager, dice);
      await some(manager, dice);
      throw new Error('rolled back on purpose');
    }),
  'a rolled-back savepoint': ({ dataSource, dice, note }) =>
    dataSource.transaction(async (manager) => {
      await some(manager, dice);
      const inner = manager.transaction(async (nested) => {
        await some(nested, dice);
        throw new Error('rolled back on purpose');
      });
      await inner.catch(() => {});
      await some(manager, dice);
      await note(manager);
    }),
  'a runner driven by hand': ({ dataSource, dice, note }) =>
    byHand(dataSource, async (runner) => {
      await runner.startTransaction();
      await some(runner.manager, dice);
      await note(runner.manager);
      if (dice.roll() < 0.3) await runner.rollbackTransaction();
      else await runner.commitTransaction();
    }),
  'BEGIN and COMMIT as text': ({ dataSource, dice }) =>
    byHand(dataSource, async (runner) => {
      await runner.query('BEGIN');
      try {
        await writes['update by criteria']!(runner.manager, dice);
        await writes['raw SQL']!(runner.manager, dice);
        await runner.query('COMMIT');
      } catch (error) {
        await runner.query('ROLLBACK');
        throw error;
      }
    }),
  'a transaction inside another': ({ dataSource, dice }) =>
    dataSource.transaction(async (manager) => {
      await some(manager, dice);
      await dataSource.transaction((independent) => some(independent, dice));
      if (dice.roll() < 0.5) throw new Error('rolled back on purpose');
    }),
  'a backend that is killed': async ({ dataSource, dice, admin }) => {
    let killing: Promise<unknown> = Promise.resolve();
    try {
      await dataSource.transaction(async (manager) => {
        const pid = await backendOf(manager);
        await some(manager, dice);
        const ms = dice.below(3);
        killing = pause(ms).then(() => admin.query('SELECT pg_terminate_backend($1)', [pid]));
        if (ms === 0) await some(manager, dice);
      });
    } finally {
      await killing;
    }
  },
  'a COMMIT whose reply is lost': ({ dataSource, dice, network }) =>
    dataSource.transaction(async (manager) => {
      await some(manager, dice);
      network.willMisbehave(dice.roll() < 0.7 ? 'loses the reply' : 'swallows', 'COMMIT');
    }),
  'a statement that takes too long': ({ dataSource, dice }) =>
    dataSource.transaction(async (manager) => {
      await some(manager, dice);
      await manager.query('SET LOCAL statement_timeout = 5');
      await manager.query('UPDATE book SET size = size + length(pg_sleep(0.02)::text) WHERE id = $1', [anyBook(dice)]);
    }),
};
