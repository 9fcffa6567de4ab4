// The embedded database of the application, where each query runner has a connection of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { DataSource } from 'typeorm';
import { EmbeddedConnections } from '../../apps/data-room/src/database/embedded-connections.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { DataSourceHook } from '../../libs/cache/src/typeorm/data-source-hook.js';
import { assemble } from '../support/mutations.js';
import { Note, writes } from '../support/notes.js';

let folder: string;
let dataSource: DataSource;
let runtime: Runtime;
let loads = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  const database = join(folder, 'notes.sqlite');
  dataSource = new DataSource({
    type: 'better-sqlite3',
    driver: Libsql,
    database,
    enableWAL: true,
    entities: [Note],
    synchronize: true,
  });
  EmbeddedConnections.install(dataSource);
  await dataSource.initialize();
  runtime = assemble();
  new DataSourceHook(dataSource, runtime, systemClock).install();
});
beforeEach(async () => {
  await dataSource.manager.save(
    Note,
    [1, 2, 3].map((id) => ({ id, text: 'old' })),
  );
  for (const id of [1, 2, 3]) await read(id);
});
afterAll(async () => {
  await dataSource.destroy();
  await rm(folder, { recursive: true });
});

const read = (id: number) =>
  runtime.cache.getOrLoad(`note ${id}`, { tags: [`note:${id}`] }, async () => {
    loads++;
    return (await dataSource.manager.findOneBy(Note, { id }))?.text;
  });
async function hits(id: number): Promise<boolean> {
  const before = loads;
  await read(id);
  return loads === before;
}

/** SQLite has no `$1`. */
const kinds = Object.entries(writes).filter(([kind]) => kind !== 'raw SQL');

describe('the embedded database', () => {
  it.each(kinds)('%s counts on its own, at the commit, and not when it rolls back', async (_kind, write) => {
    await write(dataSource.manager, 1, 'alone');
    expect(await read(1)).toBe('alone');

    await dataSource.transaction((manager) => write(manager, 2, 'committed'));
    expect(await read(2)).toBe('committed');

    await read(3);
    const failing = dataSource.transaction(async (manager) => {
      await write(manager, 3, 'never');
      await runtime.cache.set('put', 'never');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await hits(3)).toBe(true);
    expect(await runtime.cache.get('put')).toBeUndefined();
  });

  it('keeps transactions at the same time apart', async () => {
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((id) =>
        dataSource.transaction(async (manager) => {
          await manager.save(Note, { id, text: 'new' });
          if (id === 2) throw new Error('no');
        }),
      ),
    );

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([await read(1), await read(2), await read(3)]).toEqual(['new', 'old', 'new']);
  });

  it('a rolled-back savepoint takes nothing from the outer transaction', async () => {
    await dataSource.transaction(async (manager) => {
      await manager.save(Note, { id: 1, text: 'new' });
      const inner = manager.transaction(async (nested) => {
        await nested.save(Note, { id: 2, text: 'never' });
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
    });

    expect([await read(1), await read(2)]).toEqual(['new', 'old']);
  });

  it('a runner that is given back in a transaction passes nothing of it on', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.update(Note, { id: 1 }, { text: 'never' });
    await runner.release();

    for (const text of ['a', 'b', 'c']) {
      await dataSource.manager.update(Note, { id: 2 }, { text });
      expect(await read(2)).toBe(text);
    }
    expect(await read(1)).toBe('old');
    expect(await hits(1)).toBe(true);
  });
});
