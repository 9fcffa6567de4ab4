import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisLocks } from '../../libs/cache/src/redis/redis-locks.js';
import { RedisServer } from '../support/redis-server.js';
import { locksContract } from './locks.contract.js';

const patience = { budgetMs: 1_000, patienceMs: 2_000 };
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

function open(prefix: string, budgetMs = patience.budgetMs) {
  const connections = new Connections(server.url, { ...patience, budgetMs });
  connections.start();
  const { calls: client, within } = connections;
  return { connections, locks: new RedisLocks({ client, within, prefix, newId: randomUUID }) };
}

locksContract('in Redis', async () => {
  const prefix = randomUUID();
  const seats = Array.from({ length: 4 }, () => open(prefix));
  return {
    seats: seats.map(({ locks }) => locks),
    pass: (ms) => pause(ms),
    close: async () => void (await Promise.all(seats.map(({ connections }) => connections.close()))),
  };
});

describe('a lock in Redis', () => {
  it('has a token that does not go back when Redis forgets everything', async () => {
    const { connections, locks } = open(randomUUID());
    const tokens: number[] = [];
    for (const lose of [() => server.client.flushall(), () => server.kill().then(() => server.launch())]) {
      const hold = await locks.take('name', 60_000);
      tokens.push(hold!.token);
      await lose();
      expect(await hold!.extend(60_000)).toBe(false);
      const next = await locks.take('name', 60_000);
      tokens.push(next!.token);
      await next!.release();
    }

    expect(tokens).toHaveLength(4);
    expect(tokens).toEqual([...tokens].sort((one, other) => one - other));
    expect(new Set(tokens).size).toBe(4);
    await connections.close();
  });

  it('has a token that counts on where the clock has been set back', async () => {
    const prefix = randomUUID();
    const { connections, locks } = open(prefix);
    const ahead = (Date.now() + 3_600_000) * 1_000 + 1;
    await server.client.hset(`{${prefix}:lock:name}`, 'token', String(ahead));

    const hold = await locks.take('name', 1_000);

    expect(hold!.token).toBe(ahead + 1);
    const untilMs = await server.client.pttl(`{${prefix}:lock:name}`);
    expect(untilMs).toBeGreaterThan(3_600_000);
    await hold!.release();
    expect((await locks.take('name', 1_000))!.token).toBe(ahead + 2);
    await connections.close();
  });

  it('is one key, which expires a minute after the last that is to be known of it', async () => {
    const prefix = randomUUID();
    const { connections, locks } = open(prefix);
    const key = `{${prefix}:lock:name}`;
    const lifeMs = async () => Math.round((await server.client.pttl(key)) / 10_000) * 10_000;

    const hold = await locks.take('name', 600_000);
    expect(await server.client.keys(`*${prefix}*`)).toEqual([key]);
    expect(await lifeMs()).toBe(660_000);
    await hold!.extend(1_200_000);
    expect(await lifeMs()).toBe(1_260_000);
    await hold!.release();

    expect(await lifeMs()).toBe(60_000);
    expect(await server.client.hkeys(key)).toEqual(['token']);
    await connections.close();
  });

  it('takes one round trip to take, and one to release', async () => {
    const { connections, locks } = open(randomUUID());
    await (await locks.take('first', 1_000))!.release();
    await server.client.config('RESETSTAT');

    await (await locks.take('name', 1_000))!.release();

    expect(await server.client.info('commandstats')).toMatch(/cmdstat_evalsha:calls=2,/);
    await connections.close();
  });

  it('is not given by a Redis that stands still, and is free when that has been thawed', async () => {
    const { connections, locks } = open(randomUUID(), 100);
    await (await locks.take('name', 60_000))!.release();
    server.freeze();
    const begun = performance.now();
    await expect(locks.take('name', 60_000)).rejects.toThrow(/did not answer within 100 ms/);
    expect(performance.now() - begun).toBeLessThan(250);
    server.thaw();

    // What was sent to it has been carried out by now, and taken back.
    await pause(100);
    expect(await locks.take('name', 60_000)).toBeDefined();
    await connections.close();
  });
});
