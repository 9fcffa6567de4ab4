// A Redis that does not answer: what that costs those who call, and when it is believed again.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { outlasting, usualTerms } from '../../libs/cache/src/coherence/lease.js';
import { Connections, usualPatience } from '../../libs/cache/src/redis/connections.js';
import { RedisCoordinator } from '../../libs/cache/src/redis/redis-coordinator.js';
import { RedisInstance } from '../support/redis-instance.js';
import { RedisServer } from '../support/redis-server.js';

const budgetMs = 50;
const leasesMs = outlasting(usualTerms);
let server: RedisServer;
let connections: Connections;
let coordinator: RedisCoordinator;

beforeEach(async () => {
  server = await RedisServer.start();
  connections = new Connections(server.url, { budgetMs, patienceMs: 2_000 });
  connections.start();
  const { store, within } = connections;
  coordinator = new RedisCoordinator({ redis: store.client, within, prefix: randomUUID(), newId: randomUUID });
  await coordinator.join('ann');
});
afterEach(async () => {
  await connections.close();
  await server.stop();
});

/** Somebody waits for this one. */
async function fence(): Promise<{ readonly tookMs: number; readonly message: string }> {
  const sentAt = performance.now();
  const message = await coordinator.fence([]).then(() => 'answered', String);
  return { tookMs: performance.now() - sentAt, message };
}

async function fences(count: number) {
  const results = [];
  for (let done = 0; done < count; done++) results.push(await fence());
  return results;
}

/** What nine in ten take at most: a machine with two cores may be doing something else. */
function usual(calls: readonly { readonly tookMs: number }[]): number {
  const sorted = calls.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.9)]!;
}

describe('a Redis that freezes', () => {
  it('costs five calls their budget, and all others nothing until it answers', async () => {
    server.freeze();
    for (const { tookMs, message } of await fences(5)) {
      expect(message).toContain('did not answer within');
      expect(tookMs).toBeGreaterThan(budgetMs - 2);
      expect(tookMs).toBeLessThan(budgetMs + 50);
    }
    const free = await fences(200);
    expect(free.filter(({ message }) => !message.includes('left alone'))).toEqual([]);
    expect(usual(free)).toBeLessThan(5);
    const others = await Promise.all(Array.from({ length: 500 }, fence));
    expect(new Set(others.map(({ message }) => message)).size).toBe(1);

    const probe = coordinator.renew('ann', 1, []);
    await expect(coordinator.join('ben')).rejects.toThrow('left alone');
    server.thaw();
    expect((await probe).granted).toBe(true);
    expect((await fence()).message).toBe('answered');
  });

  it('is asked once a pause by those who wait, if nobody else asks', async () => {
    server.freeze();
    await fences(5);
    server.thaw();
    expect((await fence()).message).toContain('left alone');
    await pause(1_000);

    expect((await fence()).message).toBe('answered');
    expect((await fence()).message).toBe('answered');
  });

  it('is believed when it refuses', async () => {
    const refused = () => connections.within(() => connections.store.client.call('NO', 'SUCH'), false).catch(String);
    for (let count = 0; count < 10; count++) expect(await refused()).toContain('unknown command');

    expect((await fence()).message).toBe('answered');
  });
});

describe('a Redis that is gone', () => {
  it('is asked again as soon as there is a connection', async () => {
    await server.kill();
    await fences(5);
    expect(usual(await fences(100))).toBeLessThan(5);
    const ready = new Promise((resolve) => connections.store.client.once('ready', resolve));
    await server.launch();
    await ready;

    expect((await fence()).message).toBe('answered');
  });

  it('is not left alone because many calls broke off with one connection', async () => {
    server.freeze();
    const broken = Promise.allSettled(Array.from({ length: 50 }, () => coordinator.fence([])));
    await Promise.resolve();
    connections.store.client.disconnect(true);
    const results = await broken;
    server.thaw();

    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect((await fence()).message).not.toContain('left alone');
  });
});

describe('a commit while Redis is frozen', () => {
  it('I23: waits for four attempts, which soon cost nothing, and for the leases of those who cannot reach it either', async () => {
    const instance = RedisInstance.start(server.url, randomUUID());
    await RedisInstance.inStep([instance]);
    server.freeze();
    const first = await instance.commit(['row:1']);
    expect(first).toBeGreaterThan(4 * usualPatience.budgetMs + leasesMs - 5);
    instance.calls.clear();
    const used = process.cpuUsage();
    const others = await Promise.all(Array.from({ length: 50 }, () => instance.commit(['row:1'])));
    const { user, system } = process.cpuUsage(used);

    expect(Math.min(...others)).toBeGreaterThan(leasesMs - 5);
    expect(Math.max(...others)).toBeLessThan(leasesMs + 200);
    expect(instance.calls.get('fence')).toBe(4);
    // Of 1.1 seconds.
    expect((user + system) / 1_000).toBeLessThan(500);
    server.thaw();
    await RedisInstance.inStep([instance]);
    expect(await instance.commit(['row:1'])).toBeLessThan(leasesMs / 2);
    await instance.stop();
  });
});

describe('a process that is busy', () => {
  it('does not take an answer for late that has come meanwhile', async () => {
    const answers = Promise.all(Array.from({ length: 10 }, () => coordinator.fence([])));
    await Promise.resolve();
    const until = performance.now() + 2 * budgetMs;
    while (performance.now() < until);

    expect(await answers).toHaveLength(10);
  });
});
