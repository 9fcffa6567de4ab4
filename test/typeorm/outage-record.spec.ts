// The outage record in a table of PostgreSQL, on connections of its own.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { CacheOutage1763600000001 } from '@data-room/cache';
import { PostgresOutageRecord } from '../../libs/cache/src/typeorm/outage-record.js';
import { OutageRecords } from '../../libs/cache/src/typeorm/outage-records.js';
import { Database } from '../support/database.js';

const entry = { fence: 'f', owner: 'a', tags: ['row:1', 'it\'s "two"'], ref: 'postgres 1 2' };
const row = { fence: 'f', tags: entry.tags, ref: entry.ref };

describe('the outage record', () => {
  let database: Database;
  let client: Client;
  let dataSource: DataSource;
  const closing: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    database = await Database.create();
    client = await database.client();
    const migrations = [CacheOutage1763600000001];
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations,
      extra: { max: 1 },
    }).initialize();
  });
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
    await client.query('DROP TABLE IF EXISTS cache_outage, migrations');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await client.end();
    await database.drop();
  });

  async function recordIn(): Promise<PostgresOutageRecord> {
    await dataSource.runMigrations();
    const record = new PostgresOutageRecord(dataSource);
    closing.push(record);
    return record;
  }

  it('is made and removed by its migration', async () => {
    const exists = async () =>
      (await client.query<{ found: boolean }>("SELECT to_regclass('cache_outage') IS NOT NULL AS found")).rows[0]!
        .found;
    await dataSource.runMigrations();
    expect(await exists()).toBe(true);

    await dataSource.undoLastMigration();

    expect(await exists()).toBe(false);
  });

  it('holds each row once, however often it is told', async () => {
    const record = await recordIn();
    await record.enter(entry);
    await record.enter(entry);
    expect(await record.read()).toEqual([{ ...row, state: 'open', changed: [] }]);

    for (let count = 0; count < 2; count++) await record.settle({ fence: 'f', changed: ['row:1'] });
    await record.enter(entry);
    await record.reap({ fence: 'f', changed: ['row:2'] });
    expect(await record.read()).toEqual([{ ...row, state: 'settled', changed: ['row:1'] }]);

    await record.forget(['f', 'g']);
    expect(await record.read()).toEqual([]);
  });

  it('an entry that comes after its settling does not open it', async () => {
    const record = await recordIn();
    await record.settle({ fence: 'f', changed: [] });
    await record.enter(entry);

    expect(await record.read()).toEqual([expect.objectContaining({ fence: 'f', state: 'settled', changed: [] })]);
  });

  it('what another has reaped is open no more, and its writer may still say what it changed', async () => {
    const record = await recordIn();
    await record.reap({ fence: 'f', changed: ['row:1'] });
    expect(await record.read()).toEqual([]);
    await record.enter(entry);
    await record.reap({ fence: 'f', changed: ['row:1'] });
    expect(await record.read()).toEqual([{ ...row, state: 'reaped', changed: ['row:1'] }]);

    await record.settle({ fence: 'f', changed: ['row:3'] });

    expect(await record.read()).toEqual([{ ...row, state: 'settled', changed: ['row:3'] }]);
  });

  it('is visible to others at once, while the transaction it is about holds the only connection of the application', async () => {
    const record = await recordIn();
    await dataSource
      .transaction(async (manager) => {
        await manager.query('SELECT 1');
        await record.enter(entry);

        const { rows } = await client.query<{ fence: string }>('SELECT fence FROM cache_outage');
        expect(rows).toEqual([{ fence: 'f' }]);
        throw new Error('rolled back on purpose');
      })
      .catch(() => {});

    expect(await record.read()).toHaveLength(1);
  });

  it('rejects in time while the table is locked, and goes on afterwards', async () => {
    const record = await recordIn();
    await record.enter(entry);
    await client.query('BEGIN; LOCK TABLE cache_outage');
    const begun = performance.now();
    await expect(record.read()).rejects.toThrow(/timeout/);
    expect(performance.now() - begun).toBeLessThan(3_000);
    await client.query('COMMIT');

    expect(await record.read()).toHaveLength(1);
  });

  it('opens nothing again once it is closed', async () => {
    const record = await recordIn();
    await record.enter(entry);
    await record.close();

    await expect(record.read()).rejects.toThrow('closed');
  });

  it('is the one that is there, or is made if that is wanted, by several at once', async () => {
    const faults: unknown[] = [];
    const records = (table: 'use' | 'create' | 'off') => {
      const made = new OutageRecords(table, (event) => faults.push(event));
      closing.push(made);
      return made;
    };
    const [used, unwanted] = [records('use'), records('off')];
    await used.add(dataSource);
    expect(used.kept).toBe(false);
    const others = await Promise.all([1, 2, 3].map(() => new DataSource(dataSource.options).initialize()));
    const makers = others.map((other) => [records('create'), other] as const);
    await Promise.all(makers.map(([maker, other]) => maker.add(other)));
    expect(makers.map(([maker]) => maker.kept)).toEqual([true, true, true]);
    await Promise.all(others.map((other) => other.destroy()));

    await used.add(dataSource);
    await unwanted.add(dataSource);
    expect([used.kept, unwanted.kept]).toEqual([true, false]);
    await used.enter(entry);
    expect(await makers[0]![0].read()).toEqual([{ ...row, state: 'open', changed: [] }]);
    await used.settle({ fence: 'f', changed: [] });
    await used.reap({ fence: 'f', changed: [] });
    await used.forget(['f']);
    expect(await makers[1]![0].read()).toEqual([]);
    expect(faults).toEqual([]);
  });
});
