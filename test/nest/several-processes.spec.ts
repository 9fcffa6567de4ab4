// With REDIS_URL: what an application says, what it does without Redis, and what its calls cost.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Cache, Cached, type OutageTable } from '@data-room/cache';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll } from './boot.js';

jest.setTimeout(60_000);

@Injectable()
class Rows {
  loads = 0;

  @Cached({ scope: 'everyone', tags: ['row:1'] })
  async row(): Promise<number> {
    return ++this.loads;
  }
}

let redis: RedisServer;
const said: string[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
  for (const level of ['log', 'warn'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => {
      // What Nest itself says is of no interest.
      if (!String(message).endsWith('dependencies initialized')) said.push(String(message));
    });
  }
});
afterEach(async () => {
  await closeAll();
  said.length = 0;
});
afterAll(async () => {
  jest.restoreAllMocks();
  await redis.stop();
});

async function start() {
  const app = await boot({ providers: [Rows] }, { redisUrl: redis.url, prefix: 'several', fallbackTtl: 0 });
  return { app, rows: app.get(Rows), cache: app.get(Cache) };
}

const hits = async (rows: Rows): Promise<boolean> => (await rows.row()) === (await rows.row());

async function becomesCached(rows: Rows): Promise<void> {
  for (let tries = 0; !(await hits(rows)) && tries < 500; tries++) await pause(10);
  expect(await hits(rows)).toBe(true);
}

/** What Redis has been asked since it was last asked this. */
async function calls(): Promise<number> {
  const stats = await redis.client.info('commandstats');
  await redis.client.config('RESETSTAT');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe('an application with REDIS_URL', () => {
  it('says how it caches, and what changes about that once each', async () => {
    const { rows } = await start();
    await becomesCached(rows);
    const inStep = [
      expect.stringContaining(`in step with every process that uses Redis at 127.0.0.1:`),
      expect.stringMatching(/^In step:/),
    ];
    expect(said).toEqual(inStep);

    await redis.killSubscribers();
    await pause(300);
    await becomesCached(rows);

    expect(said).toEqual([...inStep, expect.stringMatching(/^Out of step:/), expect.stringMatching(/^In step again:/)]);
  });

  it('starts without Redis, answers from the source without waiting, and is cached when Redis comes', async () => {
    await redis.kill();
    const begun = performance.now();
    const { rows, cache } = await start();
    expect([await rows.row(), await rows.row()]).toEqual([1, 2]);
    expect(await cache.getOrLoad('key', {}, async () => 3)).toBe(3);
    expect(performance.now() - begun).toBeLessThan(1_000);

    await pause(1_500);
    await redis.launch();
    await becomesCached(rows);
    expect(said.filter((line) => line.includes('joining'))).toHaveLength(1);
  });

  it('closes in time when Redis does not answer any more', async () => {
    const { app, rows } = await start();
    await becomesCached(rows);
    redis.freeze();
    const begun = performance.now();
    await app.close();
    const took = performance.now() - begun;
    redis.thaw();

    expect(took).toBeLessThan(1_000);
  });

  it('asks Redis nothing for a hit, and for a change thrice: fence, acknowledgement, settle', async () => {
    const { rows, cache } = await start();
    await becomesCached(rows);
    // A script that the server does not know yet is sent twice.
    await cache.invalidateTags(['row:1']);
    await rows.row();
    await calls();
    for (let count = 0; count < 5_000; count++) await rows.row();
    // Its lease, at most.
    expect(await calls()).toBeLessThan(3);

    for (let count = 0; count < 20; count++) await cache.invalidateTags(['row:1']);
    const asked = await calls();
    expect(asked).toBeGreaterThanOrEqual(60);
    expect(asked).toBeLessThan(65);
    expect(await hits(rows)).toBe(true);
  });

  it('tells the others what it changes, and is not waited for once it has left', async () => {
    const [one, other] = [await start(), await start()];
    await Promise.all([becomesCached(one.rows), becomesCached(other.rows)]);
    const before = await other.rows.row();
    await one.cache.invalidateTags(['row:1']);
    expect(await other.rows.row()).not.toBe(before);

    await other.app.close();
    const begun = performance.now();
    await one.cache.invalidateTags(['row:1']);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('the table cache_outage', () => {
  let database: Database;

  beforeAll(async () => void (database = await Database.create()));
  afterAll(() => database.drop());

  /** What is said about the table at boot, with nothing left open afterwards. */
  async function warnings(outageTable?: OutageTable): Promise<string[]> {
    const imports = [TypeOrmModule.forRoot({ type: 'postgres', url: database.url })];
    const options = { redisUrl: redis.url, prefix: 'outage', fallbackTtl: 0, ...(outageTable && { outageTable }) };
    const app = await boot({ providers: [Rows], imports }, options);
    await becomesCached(app.get(Rows));
    await app.init();
    await app.close();
    return said.splice(0).filter((line) => line.includes('cache_outage'));
  }

  it('is missed with a warning, made if that is wanted, and used from then on', async () => {
    const missed = [
      expect.stringMatching(/while this process writes and cannot reach Redis.*CACHE_OUTAGE_TABLE=create/),
    ];
    expect(await warnings()).toEqual(missed);
    expect(await warnings('create')).toEqual([]);
    expect(await warnings()).toEqual([]);
    expect(await warnings('off')).toEqual(missed);
  });
});
