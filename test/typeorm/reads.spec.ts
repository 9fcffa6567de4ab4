// Reads inside a transaction, and loads that see one: the source answers, and nobody else gets to know.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { DataSourceHook } from '../../libs/cache/src/typeorm/data-source-hook.js';
import { Database } from '../support/database.js';
import { assemble } from '../support/mutations.js';
import { Note, Notes } from '../support/notes.js';

function gate() {
  let resolve!: () => void;
  const promise = new Promise<void>((open) => (resolve = open));
  return { promise, resolve };
}

describe.each([1, 2, 8])('with a pool of %i', (max) => {
  let notes: Notes;
  beforeAll(async () => {
    notes = await Notes.start({ options: { extra: { max, connectionTimeoutMillis: 2_000 } } });
  });
  beforeEach(() => notes.reset());
  afterAll(() => notes.stop());

  const text = (load: () => Promise<Note>) =>
    notes.cache.getOrLoad('note 1', { tags: ['note:1'] }, async () => (await load()).text);

  it('I12: a read in a transaction sees its own writes, and leaves nothing behind when they are rolled back', async () => {
    const failing = notes.dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'mine' });
      expect(await text(() => manager.findOneByOrFail(Note, { id: 1 }))).toBe('mine');
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await notes.read(1)).toBe('old');
  });

  it('I12: a read in a transaction waits for no load that waits for its connection', async () => {
    await notes.cache.delete('note 1');
    let outside!: Promise<unknown>;
    const opened = gate();
    const asked = opened.promise.then(() => {
      outside = Promise.all(Array.from({ length: max }, () => notes.read(1)));
    });
    await notes.dataSource.transaction(async (manager) => {
      opened.resolve();
      await asked;
      expect(await text(() => manager.findOneByOrFail(Note, { id: 1 }))).toBe('old');
    });

    await outside;
    expect(await notes.read(1)).toBe('old');
  });

  it('an old snapshot fills nothing', async () => {
    if (max === 1) return;
    await notes.dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.findOneByOrFail(Note, { id: 2 });
      await notes.dataSource.manager.update(Note, { id: 1 }, { text: 'new' });
      expect(await text(() => manager.findOneByOrFail(Note, { id: 1 }))).toBe('old');
    });

    expect(await notes.read(1)).toBe('new');
  });

  it('I13: a load that touches an open transaction is answered, and neither kept nor shared', async () => {
    const runner = notes.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.update(Note, { id: 1 }, { text: 'uncommitted' });
    await notes.cache.delete('note 1');
    const entered = gate();
    const leave = gate();
    const first = text(async () => {
      const note = await runner.manager.findOneByOrFail(Note, { id: 1 });
      entered.resolve();
      await leave.promise;
      return note;
    });
    await entered.promise;
    const second = text(async () => ({ id: 1, text: 'old' }));
    leave.resolve();

    expect(await first).toBe('uncommitted');
    expect(await second).toBe('old');
    await runner.rollbackTransaction();
    await runner.release();
    expect(await notes.read(1)).toBe('old');
  });
});

describe('a data source with replicas', () => {
  it('I11: nothing that a replica said is kept', async () => {
    const [main, behind] = [await Database.create(), await Database.create()];
    const dataSource = await new DataSource({
      type: 'postgres',
      entities: [Note],
      replication: { master: { url: main.url }, slaves: [{ url: behind.url }] },
    }).initialize();
    for (const database of [main, behind]) {
      const client = await database.client();
      await client.query(`CREATE TABLE note (id int PRIMARY KEY, text text); INSERT INTO note VALUES (1, 'old')`);
      await client.end();
    }
    const runtime = assemble();
    new DataSourceHook(dataSource, runtime, systemClock).install();
    const read = () =>
      runtime.cache.getOrLoad('note', { tags: ['note:1'] }, async () => {
        const note = await dataSource.manager.findOneByOrFail(Note, { id: 1 });
        return note.text;
      });
    await read();

    await dataSource.manager.update(Note, { id: 1 }, { text: 'new' });

    expect(await read()).toBe('new');
    await dataSource.destroy();
    await main.drop();
    await behind.drop();
  });
});
