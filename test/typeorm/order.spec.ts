// The window between COMMIT and what the application learns of it: a stranger may see the row first.
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { DataSourceHook } from '../../libs/cache/src/typeorm/data-source-hook.js';
import { Database } from '../support/database.js';
import { assemble, mutations } from '../support/mutations.js';
import { Note } from '../support/notes.js';
import { PostgresProxy } from '../support/postgres-proxy.js';

type Write = (manager: EntityManager, text: string) => Promise<unknown>;

const writes: Readonly<Record<string, Write>> = {
  'an entity save': (manager, text) => manager.save(Note, { id: 1, text }),
  'an entity save in a transaction': (manager, text) =>
    manager.transaction((inner) => inner.save(Note, { id: 1, text })),
  'a criteria update on its own': (manager, text) => manager.update(Note, { id: 1 }, { text }),
  'a criteria update in a transaction': (manager, text) =>
    manager.transaction((inner) => inner.update(Note, { id: 1 }, { text })),
  'raw SQL on its own': (manager, text) => manager.query('UPDATE note SET text = $1', [text]),
  'raw SQL in a transaction': (manager, text) =>
    manager.transaction((inner) => inner.query('UPDATE note SET text = $1', [text])),
  'several statements in one text': (manager, text) =>
    manager.query(`BEGIN; UPDATE note SET text = '${text}' WHERE id = 1; COMMIT`),
};

let database: Database;
let network: PostgresProxy;
let dataSource: DataSource;
let onlooker: Client;
beforeAll(async () => {
  database = await Database.create();
  network = await PostgresProxy.start(database.url);
  onlooker = await database.client();
});
afterAll(async () => {
  await onlooker.end();
  await network.stop();
  await database.drop();
});

/** How often the cache answered less than the stranger had just seen. */
async function staleReads(runtime: Runtime, write: Write, rounds: number): Promise<number> {
  dataSource = await new DataSource({
    type: 'postgres',
    url: database.through(network.port),
    entities: [Note],
    synchronize: true,
  }).initialize();
  new DataSourceHook(dataSource, runtime, systemClock).install();
  await dataSource.manager.save(Note, { id: 1, text: '0' });
  network.answersLateByMs = 3;
  const read = () =>
    runtime.cache.getOrLoad('note', { tags: ['note:1'] }, async () => {
      const note = await dataSource.manager.findOneByOrFail(Note, { id: 1 });
      return Number(note.text);
    });
  let stale = 0;
  for (let round = 1; round <= rounds; round++) {
    await read();
    let written = false;
    const writing = write(dataSource.manager, String(round)).then(() => (written = true));
    while (!written) {
      const { rows } = await onlooker.query<{ text: string }>('SELECT text FROM note WHERE id = 1');
      const seen = Number(rows[0]!.text);
      if ((await read()) < seen) stale++;
      await turn();
    }
    await writing;
    if ((await read()) < round) stale++;
  }
  network.answersLateByMs = 0;
  await dataSource.destroy();
  return stale;
}

describe('I6: what a stranger has seen in the database', () => {
  it.each(Object.entries(writes))('is never followed by an older cached read: %s', async (_name, write) => {
    expect(await staleReads(assemble(), write, 40)).toBe(0);
  });

  it.each(Object.entries(writes))('would be, if there were no fence: %s', async (_name, write) => {
    expect(await staleReads(mutations['no fence']!(), write, 40)).toBeGreaterThan(0);
  });
});
