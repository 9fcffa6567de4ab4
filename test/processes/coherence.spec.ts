// Real processes on one PostgreSQL and one Redis, while things go wrong. A writer that cannot reach Redis while others can has
// a suite of its own.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Client } from 'pg';
import { Database } from '../support/database.js';
import { Instance, Judge } from '../support/instances.js';
import { RedisServer } from '../support/redis-server.js';

jest.setTimeout(120_000);

const rows = 8;
/** Its COMMIT takes three seconds. */
const slowRow = 100;
const work = { kind: 'work', rows, readers: 4, writers: 1, pauseMs: 60 } as const;

describe('three processes', () => {
  const judge = new Judge();
  let redis: RedisServer;
  let database: Database;
  let client: Client;
  let watched: Promise<void>;
  let watching = true;
  let instances: Instance[] = [];
  const gone: Instance[] = [];

  async function start(name: string): Promise<Instance> {
    const variables = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      CACHE_PREFIX: 'processes',
      CACHE_FALLBACK_TTL: '0',
      CACHE_OUTAGE_TABLE: 'create',
    };
    const instance = await Instance.start(name, judge, variables);
    instance.tell(work);
    return instance;
  }

  beforeAll(async () => {
    [redis, database] = await Promise.all([RedisServer.start(), Database.create()]);
    client = await database.client();
    await client.query(`
      CREATE TABLE row (id int PRIMARY KEY, version int NOT NULL);
      INSERT INTO row SELECT id, 1 FROM generate_series(1, ${rows}) id;
      INSERT INTO row VALUES (${slowRow}, 1);
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON row DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.id = ${slowRow}) EXECUTE FUNCTION take_time();`);
    watched = judge.watch(client, () => watching);
    instances = await Promise.all(['one', 'two', 'three'].map(start));
  });
  afterAll(async () => {
    for (const instance of [...instances, ...gone]) instance.signal('SIGKILL');
    watching = false;
    await watched;
    await client.end();
    await redis.stop();
    await database.drop();
  });

  /** When every process answers from memory again, or too much time has passed: how things stand. */
  async function state() {
    let rates: number[] = [];
    for (let tries = 0; tries < 10; tries++) {
      rates = await Promise.all(instances.map((one) => one.hitRate(500)));
      if (rates.every((rate) => rate > 0.3)) break;
    }
    return {
      cached: rates.map((rate) => rate > 0.3),
      stale: judge.verdict().slice(0, 5),
      failures: instances.flatMap(({ failures }) => failures),
    };
  }

  const well = () => ({ cached: instances.map(() => true), stale: [], failures: [] });

  it('answer from memory, and nothing old, while all is well', async () => {
    expect(await state()).toEqual(well());
    await pause(3_000);
    expect(await state()).toEqual(well());
  });

  it('notice that their subscriptions were cut', async () => {
    for (let count = 0; count < 8; count++) {
      await redis.killSubscribers();
      await pause(300);
    }
    expect(await state()).toEqual(well());
  });

  it('outlive a Redis that stands still', async () => {
    redis.freeze();
    await pause(3_000);
    redis.thaw();
    expect(await state()).toEqual(well());
    redis.freeze();
    await pause(700);
    redis.thaw();
    expect(await state()).toEqual(well());
  });

  it('outlive a Redis that is killed and comes back empty', async () => {
    await redis.kill();
    await pause(1_500);
    await redis.launch();
    expect(await state()).toEqual(well());
    await redis.kill();
    await redis.launch();
    expect(await state()).toEqual(well());
  });

  it('outlive a Redis that is flushed', async () => {
    for (let count = 0; count < 3; count++) {
      await redis.client.flushall();
      await pause(700 * count);
    }
    expect(await state()).toEqual(well());
  });

  it('I22: hear of a commit whose process was killed in the middle of it', async () => {
    const [victim] = instances as [Instance, ...Instance[]];
    const fenced = async () =>
      (await redis.client.hvals('{processes}:coherence:fences')).some((fence) => fence.includes(`row:${slowRow}"`));
    victim.tell({ kind: 'write', id: slowRow });
    await pause(700);
    victim.signal('SIGKILL');
    gone.push(...instances.splice(0, 1));
    await pause(1_500);
    expect(await fenced()).toBe(true);

    for (let tries = 0; (await fenced()) && tries < 100; tries++) await pause(100);
    expect(await fenced()).toBe(false);
    const { rows: found } = await client.query<{ version: number }>(`SELECT version FROM row WHERE id = ${slowRow}`);
    expect(found).toEqual([{ version: 2 }]);
    instances.push(await start('four'));
    expect(await state()).toEqual(well());
  });

  it('outlive one of them that stands still', async () => {
    for (const ms of [3_000, 900]) {
      const [, second] = instances as [Instance, Instance];
      second.signal('SIGSTOP');
      await pause(ms);
      second.signal('SIGCONT');
      expect(await state()).toEqual(well());
    }
  });

  it('leave so that nobody waits for them, and end by themselves', async () => {
    const leaving = instances.splice(0, 2);
    const before = performance.now();
    await Promise.all(leaving.map((one) => one.stop()));
    expect(performance.now() - before).toBeLessThan(3_000);
    const [last] = instances as [Instance];
    last.latencies.writes.length = 0;
    await pause(1_000);

    expect(Math.max(...last.latencies.writes)).toBeLessThan(500_000);
    expect(await state()).toEqual(well());
    gone.push(...leaving);
    expect(leaving.flatMap(({ failures }) => failures)).toEqual([]);
    const all = [...instances, ...gone];
    const [reads, loads] = [sum(all.map((one) => one.reads)), sum(all.map((one) => one.loads))];
    // What a run was made of, for whoever reads the log of the tests.
    console.info(`${reads} reads, ${Math.round(100 - (100 * loads) / reads)} % from memory`);
  });
});

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
