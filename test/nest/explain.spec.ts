// Why a read missed: each reason is produced on purpose, and the console names the right one.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Cache, Cached, missReasons, type CacheModuleOptions, type MissReason } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import type { ExplanationTold } from '../../libs/cache/src/nest/console/explanation.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';
import { closeConsoles, startConsole } from './console-app.js';

@Injectable()
class Rows {
  load: () => Promise<unknown> = async () => 'value';

  @Cached({ name: 'row', tags: (_row, id) => [`row:${id}`] })
  async row(_id: number): Promise<unknown> {
    return this.load();
  }
}

let database: Database;
let redis: RedisServer;
const named = new Set<MissReason>();

beforeAll(async () => {
  [database, redis] = [await Database.create(), await RedisServer.start()];
});
afterEach(closeConsoles);
afterAll(async () => {
  await database.drop();
  await redis.stop();
});

async function start(cache: CacheModuleOptions = {}) {
  const imports = [TypeOrmModule.forRoot({ type: 'postgres', url: database.url })];
  const { app, ask } = await startConsole({ guards: 'none' }, { cache, imports, providers: [Rows] });
  const explain = async (id = 1, prefix = cache.prefix ?? 'dataroom'): Promise<ExplanationTold> =>
    (await ask(`/cache/explain?key=${prefix}:row:${id}`)).json as ExplanationTold;
  /** What it says of the last read that missed, which was the last that the test made. */
  const missed = async (reason: MissReason) => {
    const explained = await explain();
    expect(explained.lastMiss).toMatchObject({ reason });
    expect(Math.abs(explained.lastMiss!.at - Date.now())).toBeLessThan(10_000);
    named.add(reason);
    return explained;
  };
  return { app, rows: app.get(Rows), cache: app.get(Cache), explain, missed };
}

async function withRedis(prefix: string) {
  const started = await start({ redisUrl: redis.url, fallbackTtl: 0, outageTable: 'off', prefix });
  for (let tries = 0; !started.cache.statistics().inStep && tries < 500; tries++) await pause(10);
  return started;
}

const told = ({ sentences }: ExplanationTold): string => sentences.join(' ');

describe('a read that missed', () => {
  it('was cold: nothing was kept', async () => {
    const { rows, missed } = await start();
    await rows.row(1);

    const explained = await missed('cold');
    expect(explained).toMatchObject({
      key: 'dataroom:row:1',
      name: 'row',
      entry: { live: true, tags: ['row:1'], watched: ['*', '=dataroom:row:1', 'row:*', 'row:1'], by: null },
      condemned: null,
      gone: null,
      shared: 'no redis',
      differences: [],
    });
    expect(told(explained)).toMatch(
      /^Loaded by \S+ at \d\d:\d\d:\d\d UTC in [\d.]+ ms, under the list's position 0\. It stands: .* nothing was kept under this key\.$/,
    );
  });

  it('was of something that had expired', async () => {
    const { rows, missed } = await start({ ttl: 0.05 });
    await rows.row(1);
    await pause(100);
    await rows.row(1);

    expect(told(await missed('expired'))).toContain('what was kept had expired.');
  });

  it('was of something that had made room', async () => {
    const { rows, missed, explain } = await start({ maxEntries: 2 });
    for (const id of [1, 2, 3]) await rows.row(id);
    expect(await explain()).toMatchObject({ entry: null, gone: { reason: 'evicted' } });
    expect(told(await explain())).toContain('Nothing is kept here: it made room for others at');
    await rows.row(1);

    await missed('evicted');
  });

  it('was of something that had changed, and it says by whom', async () => {
    const { rows, cache, missed, explain } = await start();
    await rows.row(1);
    await cache.invalidateTags(['row:1']);

    const dead = await explain();
    expect(dead).toMatchObject({
      entry: { live: false, stamp: { position: 0 } },
      condemned: { how: 'changed', tag: 'row:1', position: 2, transaction: { self: true, outcome: 'committed' } },
    });
    expect(told(dead)).toMatch(
      /Dead since position 2: row:1 was changed by a transaction of \S+:\d+ that was committed at \d\d:\d\d:\d\d UTC\./,
    );
    await rows.row(1);

    const explained = await missed('invalidated');
    expect(explained.lastMiss).toMatchObject({ tag: 'row:1', transaction: { tags: ['row:1'], position: 2 } });
    expect(told(explained)).toContain('row:1 had been changed by a transaction of');
  });

  it('was of something that was about to change', async () => {
    const { app, rows, missed, explain } = await start();
    const { transactions } = app.get<Runtime>(RUNTIME);
    await rows.row(1);
    const write = transactions.begin();
    write.touch(['row:1']);
    await write.fence();
    await rows.row(1);

    expect(await explain()).toMatchObject({ gone: null, entry: { live: false }, condemned: { how: 'fenced' } });
    const meanwhile = await missed('fenced');
    expect(meanwhile.lastMiss).toMatchObject({ tag: 'row:1', transaction: { outcome: 'open' } });
    await write.settle('rolled back');
    const afterwards = await missed('fenced');
    expect(afterwards.entry).toMatchObject({ live: true });
    expect(told(afterwards)).toMatch(/row:1 was about to be changed by a transaction of \S+ that was rolled back at/);
  });

  it('was made inside of a transaction', async () => {
    const { app, rows, missed } = await start();
    await rows.row(1);
    await app.get(DataSource).transaction(() => rows.row(1));

    expect(told(await missed('in transaction'))).toContain('it was made inside of a transaction');
  });

  it('was made while the cache was off', async () => {
    const { rows, missed } = await start({ enabled: false });
    await rows.row(1);

    expect(told(await missed('disabled'))).toContain('The cache is off');
  });

  it('was of something too big', async () => {
    const { rows, missed, explain } = await start({ maxMegabytes: 1 });
    rows.load = async () => 'x'.repeat(3_000_000);
    await rows.row(1);
    expect(await explain()).toMatchObject({ entry: null, gone: { reason: 'too big' }, lastMiss: { reason: 'cold' } });
    await rows.row(1);

    await missed('too big');
  });

  it('was of something that could not be kept', async () => {
    const { rows, missed, explain } = await start();
    rows.load = async () => ({ call: () => 1 });
    await rows.row(1);
    expect(await explain()).toMatchObject({ entry: null, gone: { reason: 'not cacheable' } });
    await rows.row(1);

    await missed('not cacheable');
  });

  it('was made while Redis did not answer, and then while others could not be heard', async () => {
    const { rows, cache, missed, explain } = await withRedis('silent');
    redis.freeze();
    try {
      await rows.row(1);
      const begunAt = performance.now();
      const unreached = await missed('redis error');
      expect(performance.now() - begunAt).toBeLessThan(1_000);
      expect(unreached.shared).toBe('unreachable');
      expect(told(unreached)).toContain('Redis did not answer in time.');

      for (let tries = 0; cache.statistics().inStep && tries < 300; tries++) await pause(10);
      await rows.row(1);
      expect(told(await missed('incoherent'))).toContain('this process was out of step');
      expect(await explain()).toMatchObject({ entry: { live: false }, condemned: { how: 'out of step' } });
    } finally {
      redis.thaw();
    }
  });

  it('was made for each of the reasons there are', () => {
    expect([...named].sort()).toEqual([...missReasons].sort());
  });
});

describe('a key', () => {
  it('that was never read is said to be unknown', async () => {
    const { explain } = await start();
    const explained = await explain(7);

    expect(explained).toMatchObject({ entry: null, condemned: null, lastMiss: null, gone: null });
    expect(explained.sentences).toEqual([
      'Nothing is kept here, and nothing is remembered of why: it was not read here lately.',
    ]);
  });

  it('says who loaded it, whose change killed it, and what the others may find', async () => {
    const [one, other] = [await withRedis('fleet'), await withRedis('fleet')];
    await one.rows.row(1);
    const shared = async (wanted: string) => {
      for (let tries = 0; (await one.explain()).shared !== wanted && tries < 300; tries++) await pause(10);
      return one.explain();
    };
    expect(told(await shared('stands'))).toContain('Redis has it for the other processes.');
    expect((await other.explain()).sentences).toContain(
      'Redis has an entry that stands: the next read takes it from there.',
    );
    await other.rows.row(1);

    expect((await other.explain()).entry).toMatchObject({ live: true, by: expect.stringMatching(/:\d+$/) });
    await other.cache.invalidateTags(['row:1']);
    const dead = await one.explain();
    expect(dead).toMatchObject({
      shared: 'dead',
      condemned: { how: 'changed', tag: 'row:1', transaction: { self: false, outcome: 'committed', tags: ['row:1'] } },
    });
  });
});
