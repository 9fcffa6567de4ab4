// A process that writes and cannot reach Redis, while others can.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Client } from 'pg';
import { Database } from '../support/database.js';
import { Instance, Judge } from '../support/instances.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

jest.setTimeout(60_000);

const rows = 4;

describe('a process that is cut off from Redis goes on writing, and another', () => {
  let judge: Judge;
  let redis: RedisServer;
  let proxy: TcpProxy;
  let database: Database;
  let client: Client;
  let watching: boolean;
  let watched: Promise<void>;
  let instances: Instance[];

  beforeEach(async () => {
    judge = new Judge();
    instances = [];
    [redis, database] = await Promise.all([RedisServer.start(), Database.create()]);
    proxy = await TcpProxy.start(redis.url);
    client = await database.client();
    await client.query(`
      CREATE TABLE row (id int PRIMARY KEY, version int NOT NULL);
      INSERT INTO row SELECT id, 1 FROM generate_series(1, ${rows}) id;`);
    watching = true;
    watched = judge.watch(client, () => watching);
  });
  afterEach(async () => {
    for (const instance of instances) instance.signal('SIGKILL');
    watching = false;
    await watched;
    await client.end();
    await proxy.stop();
    await redis.stop();
    await database.drop();
  });

  async function start(outageTable: string, writers = 3): Promise<readonly [Instance, Instance]> {
    const variables = {
      DATABASE_URL: database.url,
      CACHE_PREFIX: 'cut',
      CACHE_OUTAGE_TABLE: outageTable,
      CACHE_FALLBACK_TTL: '0',
    };
    const [reader, writer] = await Promise.all([
      Instance.start('reader', judge, { ...variables, REDIS_URL: redis.url }),
      Instance.start('writer', judge, { ...variables, REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
    ]);
    instances.push(reader, writer);
    reader.tell({ kind: 'work', rows, readers: 4, writers: 0, pauseMs: 60 });
    writer.tell({ kind: 'work', rows, readers: 2, writers, pauseMs: 60 });
    await becomesCached(reader);
    return [reader, writer];
  }

  async function becomesCached(instance: Instance): Promise<void> {
    let rate = 0;
    for (let tries = 0; rate < 0.3 && tries < 20; tries++) rate = await instance.hitRate(300);
    expect(rate).toBeGreaterThan(0.3);
  }

  async function commits(): Promise<number> {
    const { rows: found } = await client.query<{ sum: number }>('SELECT sum(version)::int AS sum FROM row');
    return found[0]!.sum;
  }

  it('I24: never answers anything older than the database, and hears of it all when it is over', async () => {
    const [reader, writer] = await start('create');
    for (const ms of [5_000, 2_500]) {
      proxy.cut();
      const before = await commits();
      await pause(ms);
      expect(await commits()).toBeGreaterThan(before);
      proxy.mend();
      await becomesCached(writer);
    }

    const open = async () =>
      (await client.query<{ open: number }>("SELECT count(*)::int AS open FROM cache_outage WHERE state = 'open'"))
        .rows[0]!.open;
    for (let tries = 0; (await open()) > 0 && tries < 100; tries++) await pause(50);
    expect(await open()).toBe(0);
    const { rows: settled } = await client.query('SELECT 1 FROM cache_outage');
    expect(settled.length).toBeGreaterThan(2);
    await becomesCached(reader);
    expect(judge.verdict().slice(0, 5)).toEqual([]);
    expect([...reader.failures, ...writer.failures]).toEqual([]);
  });

  it('answers from memory what is not being written, meanwhile', async () => {
    const [reader, writer] = await start('create', 0);
    proxy.cut();
    const before = await commits();
    await pause(1_200);
    writer.tell({ kind: 'write', id: 1 });

    expect(await reader.hitRate(2_500)).toBeGreaterThan(0.5);
    expect(await commits()).toBe(before + 1);
    expect(judge.verdict().slice(0, 5)).toEqual([]);
  });

  it('I22: finds out what became of its write when it was killed', async () => {
    const [reader, writer] = await start('create', 0);
    proxy.cut();
    writer.tell({ kind: 'write', id: 1 });
    const states = async () =>
      (await client.query<{ state: string }>('SELECT state FROM cache_outage')).rows.map(({ state }) => state);
    for (let tries = 0; (await states()).length === 0 && tries < 300; tries++) await pause(10);
    writer.signal('SIGKILL');
    await pause(500);
    expect(await states()).toEqual(['open']);

    for (let tries = 0; (await states()).includes('open') && tries < 200; tries++) await pause(50);
    expect(await states()).toEqual(['reaped']);
    expect(await reader.hitRate(1_000)).toBeGreaterThan(0.9);
    expect(judge.verdict().slice(0, 5)).toEqual([]);
  });

  it('answers what is old without the table, so that the test above can fail', async () => {
    await start('off');
    proxy.cut();
    for (let tries = 0; judge.verdict().length === 0 && tries < 60; tries++) await pause(250);

    expect(judge.verdict()).not.toEqual([]);
  });
});
