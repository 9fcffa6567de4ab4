// One console shows all instances: those with a console of their own, those without, and those that have fallen silent.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cache } from '@data-room/cache';
import type { Instance } from '../../libs/cache/src/nest/console/fleet.js';
import type { CacheStatus } from '../../libs/cache/src/nest/console/status.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll } from './boot.js';
import { closeConsoles, startConsole } from './console-app.js';

let redis: RedisServer;
let prefix: string;
let runs = 0;

beforeAll(async () => {
  redis = await RedisServer.start();
  await redis.client.acl('SETUSER', 'cache', 'on', '>topsecret', '~*', '&*', '+@all');
});
afterEach(async () => {
  await closeConsoles();
  await closeAll();
});
afterAll(() => redis.stop());

const options = () =>
  ({ redisUrl: redis.url.replace('//', '//cache:topsecret@'), fallbackTtl: 0, outageTable: 'off', prefix }) as const;

async function inStep(cache: Cache): Promise<void> {
  for (let tries = 0; !cache.statistics().inStep && tries < 500; tries++) await pause(10);
}

async function start() {
  const { app, ask } = await startConsole({ guards: 'none' }, { cache: options() });
  const cache = app.get(Cache);
  await inStep(cache);
  const status = async () => (await ask('/cache/status')).json as CacheStatus;
  return { app, ask, cache, status };
}

/** The others, once the console says of them what is wanted. */
async function others(status: () => Promise<CacheStatus>, are: (others: readonly Instance[]) => boolean) {
  let known: readonly Instance[] = [];
  for (let tries = 0; tries < 120; tries++) {
    known = (await status()).instances.filter(({ self }) => !self);
    if (are(known)) return known;
    await pause(100);
  }
  throw new Error(`It never came to that: ${JSON.stringify(known)}`);
}

describe('the console of one instance', () => {
  it('shows the others with what they say of themselves', async () => {
    prefix = `instances-${++runs}`;
    const [one, other] = [await start(), await start()];
    await other.cache.getOrLoad('k', {}, async () => 1);
    await other.cache.getOrLoad('k', {}, async () => 1);

    const [shown] = await others(one.status, ([only]) => only?.statistics?.entries === 1);
    expect(shown).toMatchObject({ self: false, state: 'in step', statistics: { hits: 1, misses: 1 } });
    expect(shown!.leaseMs).toBeGreaterThan(0);
    expect(shown!.leaseMs).toBeLessThanOrEqual(1_000);
    expect(Math.abs(shown!.seenAt! - Date.now())).toBeLessThan(6_000);
    const { instances } = await one.status();
    expect(instances.map(({ self }) => self)).toEqual([true, false]);
    expect(instances[0]).toMatchObject({ state: 'in step', position: instances[1]!.position });
  });

  it('shows one without a console as far as the list knows it', async () => {
    prefix = `instances-${++runs}`;
    const one = await start();
    const plain = await boot({}, options());
    await inStep(plain.get(Cache));

    const shown = await others(one.status, ({ length }) => length === 1);
    expect(shown).toEqual([
      {
        name: expect.stringMatching(/:\d+$/),
        self: false,
        position: expect.any(Number),
        state: 'in step',
        leaseMs: null,
      },
    ]);
    await plain.close();
    await others(one.status, ({ length }) => length === 0);
  });

  it('shows who has left no more, and as silent who says nothing and has not left', async () => {
    prefix = `instances-${++runs}`;
    const [one, other] = [await start(), await start()];
    await others(one.status, ([only]) => only?.statistics !== undefined);
    await other.app.close();
    await others(one.status, ({ length }) => length === 0);

    // What a process leaves behind that has been killed.
    const member = 'host:13:01234567-89ab-cdef-0123-456789abcdef';
    const said = { member, inStep: true, leaseMs: 900, hits: 7, misses: 2, bytes: 1_000, entries: 3 };
    await redis.client.hset(`{${prefix}}:status`, 'its name', `${Date.now() - 10_000} ${JSON.stringify(said)}`);
    const [shown] = await others(one.status, ({ length }) => length === 1);
    expect(shown).toMatchObject({ name: 'host:13', state: 'silent', position: null, statistics: { hits: 7 } });
    expect(Math.abs(shown!.seenAt! - Date.now() + 10_000)).toBeLessThan(3_000);
  });

  it('answers within a moment while Redis does not, and gives no secret away', async () => {
    prefix = `instances-${++runs}`;
    const [one, other] = [await start(), await start()];
    await others(one.status, ([only]) => only?.statistics !== undefined);
    redis.freeze();
    try {
      const took: number[] = [];
      for (let asked = 0; asked < 20; asked++) {
        const begunAt = performance.now();
        const answer = await one.ask('/cache/status');
        took.push(performance.now() - begunAt);
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain('topsecret');
        expect((answer.json as CacheStatus).configuration.redis).toBe(`127.0.0.1:${redis.port}`);
        await pause(100);
      }
      expect(Math.max(...took)).toBeLessThan(1_000);
      const { instances, statistics, breaker } = await one.status();
      expect(statistics).toMatchObject({ inStep: false, leaseMs: 0 });
      expect(breaker.openings).toBeGreaterThan(0);
      expect(instances.map(({ state }) => state)).toContain('out of step');
      expect(other.cache.statistics().inStep).toBe(false);
    } finally {
      redis.thaw();
    }
  });
});
