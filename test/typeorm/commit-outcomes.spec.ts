// What COMMIT answers, or does not; and what may be believed of the rows in the meantime.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { Note, Notes } from '../support/notes.js';
import { PostgresProxy, type Mischief } from '../support/postgres-proxy.js';

let notes: Notes;
let admin: Client;
beforeAll(async () => {
  notes = await Notes.start({ options: { extra: { max: 4 } } });
  admin = await notes.database.client();
  await admin.query(`
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE child (parent_id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
    CREATE TABLE slow (id int);
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
  `);
});
beforeEach(() => notes.reset());
afterAll(async () => {
  await admin.end();
  await notes.stop();
});

const backendOf = async (manager: EntityManager) => {
  const rows = (await manager.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return rows[0]!.pid;
};

/** Reads as fast as it can until the answer comes from memory; every answer must be what the database said no later. */
async function watch(watched: Notes, id: number): Promise<void> {
  const until = performance.now() + 5_000;
  for (;;) {
    const before = await watched.stored(id);
    const read = await watched.read(id).catch(orImpatient);
    const after = await watched.stored(id);
    if (read !== undefined) expect([before, after]).toContain(read);
    if (read !== undefined && before === after && (await watched.hits(id).catch(orImpatient))) return;
    if (performance.now() > until) throw new Error(`Note ${id} is still answered from the database: fenced for ever?`);
    await pause(2);
  }
}

/** On a busy machine a client in a hurry may get no answer to a read, either. */
function orImpatient(error: unknown): undefined {
  if (!String(error).includes('Query read timeout')) throw error;
}

describe('COMMIT that fails with an error', () => {
  const failures: Readonly<Record<string, (manager: EntityManager) => Promise<unknown>>> = {
    'a deferred foreign key': (manager) => manager.query('INSERT INTO child VALUES (404)'),
    'a cancelled backend': async (manager) => {
      await manager.query('INSERT INTO slow VALUES (1)');
      const pid = await backendOf(manager);
      setTimeout(() => void admin.query('SELECT pg_cancel_backend($1)', [pid]), 100);
    },
  };

  it.each(Object.entries(failures))('I8: is a rollback, and entries live on: %s', async (_name, fail) => {
    const failing = notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      await notes.cache.set('put', 'new');
      await fail(manager);
    });

    await expect(failing).rejects.toThrow(/foreign key|canceling statement/);
    expect(await notes.hits(1)).toBe(true);
    expect(await notes.cache.get('put')).toBeUndefined();
  });

  it('I8: is a rollback when transactions cannot be put in an order, and the retry is a transaction of its own', async () => {
    const attempt = (id: number, other: number) =>
      notes.dataSource.transaction('SERIALIZABLE', async (manager) => {
        await manager.findOneBy(Note, { id: other });
        await pause(50);
        await manager.update(Note, { id }, { text: 'new' });
        await notes.cache.invalidateTags([`attempt:${id}`]);
        await pause(50);
      });
    await notes.cache.set('attempt', 1, { tags: ['attempt:1', 'attempt:2'] });

    const outcomes = await Promise.allSettled([attempt(1, 2), attempt(2, 1)]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const failed = outcomes[0]!.status === 'rejected' ? 1 : 2;
    await notes.cache.set('failed', 1, { tags: [`attempt:${failed}`] });
    expect([await notes.read(1), await notes.read(2)]).toEqual([await notes.stored(1), await notes.stored(2)]);
    expect(await notes.cache.get('failed')).toBe(1);

    await attempt(failed, 3);
    expect(await notes.read(failed)).toBe('new');
    expect(await notes.cache.get('failed')).toBeUndefined();
  });

  it('a failed statement that was swallowed makes COMMIT a rollback, and nothing that was put is kept', async () => {
    await notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      await notes.cache.set('put', 'new', { tags: ['note:1'] });
      await manager.query('SELECT 1/0').catch(() => {});
    });

    expect(await notes.stored(1)).toBe('old');
    expect(await notes.cache.get('put')).toBeUndefined();
    expect(await notes.read(1)).toBe('old');
  });
});

describe('COMMIT whose outcome is unknown', () => {
  it.each(['loses the reply', 'swallows'] as const)('I7: a network that %s', async (mischief: Mischief) => {
    const proxy = await PostgresProxy.start(notes.database.url);
    const app = await notes.another({ url: notes.database.through(proxy.port), extra: { max: 3 } });
    proxy.willMisbehave(mischief, 'COMMIT');

    const failing = app.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      await manager.update(Note, { id: 2 }, { text: 'new' });
    });

    await expect(failing).rejects.toThrow('Connection terminated');
    await Promise.all([watch(app, 1), watch(app, 2)]);
    expect(await app.stored(1)).toBe(mischief === 'swallows' ? 'old' : 'new');
    await app.stop();
    await proxy.stop();
  });

  it.each([
    ['before COMMIT', 0],
    ['during COMMIT', 100],
  ])('I7: a backend that is terminated %s', async (_when, ms) => {
    const failing = notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      await manager.query('INSERT INTO slow VALUES (1)');
      const pid = await backendOf(manager);
      const terminate = () => admin.query('SELECT pg_terminate_backend($1)', [pid]);
      if (ms === 0) {
        await terminate();
        await pause(20);
      } else setTimeout(() => void terminate(), ms);
    });

    await expect(failing).rejects.toThrow(/terminat|released/);
    await watch(notes, 1);
    expect(await notes.read(1)).toBe('old');
  });
});

describe('a client that loses patience', () => {
  // Another cache on the same database does not see what this one writes: they only share the tables.
  let hasty: Notes;
  beforeAll(async () => {
    hasty = await notes.another({ extra: { query_timeout: 150, max: 2 } });
  });
  beforeEach(() => hasty.reset());
  afterAll(() => hasty.stop());

  it('I7: during a slow COMMIT is not told by its ROLLBACK that nothing was committed', async () => {
    const failing = hasty.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      await manager.query('INSERT INTO slow VALUES (1)');
    });
    const outcome = failing.catch((error: unknown) => error);

    await watch(hasty, 1);
    expect(String(await outcome)).toContain('Query read timeout');
    await pause(400);
    await watch(hasty, 1);
    expect(await hasty.read(1)).toBe('new');
    expect(await hasty.stored(1)).toBe('new');
  });

  it('I7: during a slow statement on its own', async () => {
    const failing = hasty.dataSource.manager.update(
      Note,
      { id: 1 },
      { text: () => `'new' || coalesce(pg_sleep(0.3)::text, '')` },
    );

    await expect(failing).rejects.toThrow('Query read timeout');
    await watch(hasty, 1);
    await pause(300);
    await watch(hasty, 1);
    expect(await hasty.read(1)).toBe('new');
  });

  it('whose ROLLBACK is never sent leaves rows to the next user of the connection, and they are not missed', async () => {
    const runner = hasty.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.update(Note, { id: 1 }, { text: 'zombie' });
    await expect(runner.query('SELECT pg_sleep(0.6)')).rejects.toThrow('Query read timeout');
    await expect(runner.rollbackTransaction()).rejects.toThrow('Query read timeout');
    await runner.release();
    await pause(400);

    await Promise.all(
      [2, 3].map((id) => hasty.dataSource.transaction((manager) => manager.update(Note, { id }, { text: 'next' }))),
    );

    for (const id of [1, 2, 3]) await watch(hasty, id);
    await hasty.dataSource.manager.update(Note, { id: 1 }, { text: 'last' });
    expect(await hasty.read(1)).toBe(await hasty.stored(1));
  });
});
