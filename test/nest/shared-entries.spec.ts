// Two applications on one Redis: what one has kept the other finds, by every face there is.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Cache as CacheManager } from 'cache-manager';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Cache, Cached } from '@data-room/cache';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll } from './boot.js';

jest.setTimeout(60_000);

@Entity()
class Paper {
  @PrimaryColumn()
  id: number;
  @Column()
  title: string;
  @Column({ type: 'timestamptz' })
  filedAt: Date;

  get heading(): string {
    return `${this.id}: ${this.title}`;
  }
}

@Injectable()
class Papers {
  loads = 0;

  constructor(readonly dataSource: DataSource) {}

  @Cached({ tags: (_paper, id) => [`paper:${id}`] })
  async find(id: number): Promise<Paper | null> {
    this.loads++;
    return this.dataSource.getRepository(Paper).findOneBy({ id });
  }

  @Cached({ tags: ['paper:*'], copy: 'freeze' })
  async all(): Promise<readonly Paper[]> {
    this.loads++;
    return this.dataSource.getRepository(Paper).find({ order: { id: 'ASC' } });
  }
}

let redis: RedisServer;
let database: Database;
let prefix: string;

beforeAll(async () => {
  [redis, database] = await Promise.all([RedisServer.start(), Database.create()]);
  const client = await database.client();
  await client.query(`
    CREATE TABLE paper (id int PRIMARY KEY, title text NOT NULL, "filedAt" timestamptz NOT NULL);
    INSERT INTO paper SELECT id, 'paper ' || id, '2026-01-01' FROM generate_series(1, 5) id`);
  await client.end();
});
afterEach(closeAll);
afterAll(async () => {
  await database.drop();
  await redis.stop();
});

async function start() {
  const imports = [TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [Paper] })];
  const options = { redisUrl: redis.url, prefix, fallbackTtl: 0, outageTable: 'create' } as const;
  const app = await boot({ providers: [Papers], imports }, options);
  const cache = app.get(Cache);
  const manager: CacheManager = app.get(CACHE_MANAGER);
  for (let tries = 0; tries < 300; tries++) {
    await cache.set('in step?', true);
    if ((await cache.get('in step?')) === true) break;
    await pause(10);
  }
  return { app, cache, manager, papers: app.get(Papers) };
}

async function two() {
  prefix = `shared-${randomUUID().slice(0, 8)}`;
  return [await start(), await start()] as const;
}

/** What is kept is written behind the answer. */
async function eventually<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  let got = await read();
  for (let tries = 0; JSON.stringify(got) !== JSON.stringify(wanted) && tries < 100; tries++) {
    await pause(10);
    got = await read();
  }
  expect(got).toEqual(wanted);
}

describe('what one application has loaded', () => {
  it('the other takes as it is, class and dates included, and neither answers it once it was written', async () => {
    const [one, other] = await two();
    const loaded = await one.papers.find(1);
    const written = async () => redis.client.exists(`${prefix}:Papers.find:1`);
    await eventually(written, 1);

    const taken = await other.papers.find(1);
    expect(taken).toStrictEqual(loaded);
    expect(taken).toBeInstanceOf(Paper);
    expect(taken?.heading).toBe('1: paper 1');
    expect(other.papers.loads).toBe(0);

    await other.papers.dataSource.getRepository(Paper).update({ id: 1 }, { title: 'renamed' });
    expect((await one.papers.find(1))?.title).toBe('renamed');
    expect((await other.papers.find(1))?.title).toBe('renamed');
    expect([one.papers.loads + other.papers.loads]).toEqual([2]);
  });

  it('costs one round trip where another has it, and none from then on', async () => {
    const [one, other] = await two();
    for (const id of [1, 2, 3, 4, 5]) await one.papers.find(id);
    await eventually(async () => (await redis.client.keys(`${prefix}:Papers.find:*`)).length, 5);
    const gets = async () => Number(/cmdstat_get:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
    await redis.client.config('RESETSTAT');

    for (const id of [1, 2, 3, 4, 5]) await other.papers.find(id);
    expect(await gets()).toBe(5);
    const stats = await redis.client.info('commandstats');
    // Leases, and nothing else.
    expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)).toBeLessThan(5);
    expect(stats).not.toContain('cmdstat_set:');
    for (const id of [1, 2, 3, 4, 5]) await other.papers.find(id);
    expect(await gets()).toBe(5);
    expect(other.papers.loads).toBe(0);
  });

  it('is frozen for whoever asked for that, each in his own process', async () => {
    const [one, other] = await two();
    await one.papers.all();
    await eventually(async () => redis.client.exists(`${prefix}:Papers.all:`), 1);

    const [first, second] = [await other.papers.all(), await other.papers.all()];
    expect(first).toHaveLength(5);
    expect(Object.isFrozen(first[0])).toBe(true);
    expect(second).toBe(first);
    expect(other.papers.loads).toBe(0);
    expect(() => first[0]!.filedAt.setFullYear(1999)).toThrow(TypeError);
  });
});

describe('CACHE_MANAGER on Redis', () => {
  it('finds what the other has set: null, dates and all; TTL in milliseconds; and not what was deleted', async () => {
    const [one, other] = await two();
    const value = { at: new Date(5), list: [1n], none: undefined };
    await one.manager.set('value', value, 60_000);
    await one.manager.set('nothing', null);
    await one.manager.set('short', 'lived', 700);
    await eventually(() => other.manager.get('nothing'), null);

    expect(await other.manager.get('value')).toStrictEqual(value);
    expect(await other.manager.mget(['value', 'nothing', 'unknown'])).toStrictEqual([value, null, undefined]);
    const ttl = (await other.manager.ttl('value'))! - Date.now();
    expect(ttl).toBeGreaterThan(50_000);
    expect(ttl).toBeLessThanOrEqual(60_000);
    await pause(800);
    expect(await other.manager.get('short')).toBeUndefined();
    await other.manager.del('value');
    expect(await one.manager.get('value')).toBeUndefined();
  });

  it('clears what is its own, in both, and touches nothing else in Redis', async () => {
    const [one, other] = await two();
    await redis.client.set('of somebody else', 'kept');
    await one.manager.set('a', 1);
    await one.papers.find(2);
    await eventually(() => other.manager.get('a'), 1);

    await other.manager.clear();
    expect([await one.manager.get('a'), await other.manager.get('a')]).toEqual([undefined, undefined]);
    await one.papers.find(2);
    expect(one.papers.loads).toBe(1);
    expect(await redis.client.get('of somebody else')).toBe('kept');
  });

  it('wraps once for both', async () => {
    const [one, other] = await two();
    let loads = 0;
    const wrap = ({ manager }: typeof one) =>
      manager.wrap('wrapped', async () => {
        loads++;
        await pause(50);
        return { loads };
      });

    expect(await Promise.all([wrap(one), wrap(other), wrap(one)])).toEqual([{ loads: 1 }, { loads: 1 }, { loads: 1 }]);
  });
});

describe('two prefixes on one Redis', () => {
  it('know nothing of each other, also under keys that say nothing of a prefix', async () => {
    prefix = `first-${randomUUID().slice(0, 8)}`;
    const first = await start();
    prefix = `second-${randomUUID().slice(0, 8)}`;
    const second = await start();
    await first.cache.set('key', 'first');
    await eventually(async () => redis.client.exists(`${first.cache.key()}:=key`), 1);

    expect(await second.cache.get('key')).toBeUndefined();
    await second.cache.set('key', 'second');
    expect(await first.cache.get('key')).toBe('first');
  });
});
