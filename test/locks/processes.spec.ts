// Locks among real processes, one of which is killed, stands still, or whose Redis does.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CacheError } from '../../libs/cache/src/core/errors.js';
import { RedisServer } from '../support/redis-server.js';
import type { Told } from './holder.child.js';
import { budgetMs, sharedCache } from './shared-cache.js';

jest.setTimeout(60_000);

const ttlMs = 1_500;
const ttl = `${ttlMs}ms` as const;

describe('a lock that processes share', () => {
  let redis: RedisServer;
  let here: ReturnType<typeof sharedCache>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    here = sharedCache(redis.url);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await here.close();
    await redis.stop();
  });

  /** A process that holds the lock until it loses it. */
  async function holder(name: string) {
    const child = fork(resolve('test/locks/holder.child.ts'), [redis.url, name, ttl], {
      execArgv: ['--import', '@swc-node/register/esm-register'],
    });
    children.push(child);
    const [told] = (await once(child, 'message')) as [Told];
    if (!('held' in told)) throw new Error('It has lost the lock before it held it.');
    return { child, token: told.held };
  }

  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'none',
      (error: CacheError) => error.code,
    );

  it('outlives its time while its holder lives, and ends with it after the holder was killed', async () => {
    const { child, token } = await holder('killed');
    await pause(2 * ttlMs);
    expect(await codeOf(here.cache.lock('killed', {}, async () => 1))).toBe('CACHE_LOCK_BUSY');

    child.kill('SIGKILL');
    const killedAt = performance.now();
    const later = await here.cache.lock('killed', { wait: '5s' }, async (held) => held.token);

    const tookMs = performance.now() - killedAt;
    expect(tookMs).toBeGreaterThan(ttlMs / 2);
    expect(tookMs).toBeLessThan(ttlMs + 1_000);
    expect(later).toBeGreaterThan(token);
  });

  it('is lost by a holder that stood still, who learns it when he goes on, and takes nothing from the next', async () => {
    const { child, token } = await holder('stopped');
    child.kill('SIGSTOP');

    await here.cache.lock('stopped', { ttl, wait: '5s' }, async (held) => {
      expect(held.token).toBeGreaterThan(token);
      const told = once(child, 'message');
      child.kill('SIGCONT');
      expect(await told).toEqual([{ done: 'lost' }, undefined]);

      // He has released what he thought to be his, and it is still ours.
      expect(await codeOf(here.cache.lock('stopped', {}, async () => 1))).toBe('CACHE_LOCK_BUSY');
      await pause(ttlMs);
      expect(held.signal.aborted).toBe(false);
    });
  });

  it('is given to nobody by a Redis that stands still, and lost by who holds it', async () => {
    const lost = here.cache.lock('frozen', { ttl: 1 }, async ({ signal }) => {
      await here.cache.lock('known script', {}, async () => 1);
      redis.freeze();
      const begun = performance.now();
      expect(await codeOf(here.cache.lock('other', { wait: '5s' }, async () => 1))).toBe('CACHE_LOCK_UNREACHABLE');
      expect(performance.now() - begun).toBeLessThan(budgetMs + 150);
      if (!signal.aborted) await once(signal, 'abort');
      return performance.now() - begun;
    });

    const tookMs = await lost;
    redis.thaw();

    expect(tookMs).toBeGreaterThan(400);
    expect(tookMs).toBeLessThan(1_000);
    // A Redis that was silent is left alone for a moment; and what it was asked meanwhile it has taken back.
    let code: unknown;
    for (let tries = 0; code !== 'none' && tries < 100; tries++) {
      code = await codeOf(here.cache.lock('other', {}, () => pause(50)));
      if (code !== 'none') await pause(50);
    }
    expect(code).toBe('none');
  });

  it('is lost, and soon known to be lost, when Redis is flushed', async () => {
    await here.cache.lock('flushed', { ttl: 1 }, async ({ signal, token }) => {
      await redis.client.flushall();
      expect(await here.cache.lock('flushed', {}, async (held) => held.token)).toBeGreaterThan(token);
      const begun = performance.now();
      if (!signal.aborted) await once(signal, 'abort');
      expect(performance.now() - begun).toBeLessThan(450);
    });
  });

  it('is held by one of 50 at a time', async () => {
    const others = Array.from({ length: 4 }, () => sharedCache(redis.url));
    let within = 0;
    let most = 0;
    const tokens: number[] = [];
    const contend = (index: number) =>
      others[index % others.length]!.cache.lock('wanted', { wait: '1m' }, async ({ token }) => {
        most = Math.max(most, ++within);
        tokens.push(token);
        await pause(1);
        within--;
      });

    await Promise.all(Array.from({ length: 50 }, (_, index) => contend(index)));

    expect(most).toBe(1);
    expect(tokens).toEqual([...new Set(tokens)].sort((lower, higher) => lower - higher));
    expect(tokens).toHaveLength(50);
    await Promise.all(others.map((other) => other.close()));
  });
});
