// What a write costs the process that makes it, in round trips to a real Redis.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { usualTerms } from '../../libs/cache/src/coherence/lease.js';
import { Monitor, type Asked } from '../support/monitor.js';
import { RedisInstance } from '../support/redis-instance.js';
import { RedisServer } from '../support/redis-server.js';
import { scriptOf } from './script-names.js';

let server: RedisServer;
let monitor: Monitor;
let instances: RedisInstance[];
let writer: RedisInstance;

beforeAll(async () => {
  server = await RedisServer.start();
  const prefix = randomUUID();
  instances = [1, 2, 3].map(() => RedisInstance.start(server.url, prefix));
  writer = instances[0]!;
  await RedisInstance.inStep(instances);
  // A script that the server does not know yet is sent twice.
  for (const instance of instances) await instance.commit(['row:1']);
  monitor = await Monitor.on(server);
});
afterAll(async () => {
  monitor.stop();
  for (const instance of instances) await instance.stop();
  await server.stop();
});

/** What the writer sent while it did this, by the names of the scripts; each is a round trip. */
async function sent(work: () => Promise<unknown>) {
  await monitor.take();
  const begunAt = performance.now();
  await work();
  const idle = Math.ceil((performance.now() - begunAt) / (usualTerms.leaseMs / 3)) + 1;
  const asked = (await monitor.take()).filter(({ by }) => by === writer.address);
  const scripts = asked.map(scriptOf);
  const count = (name: string) => scripts.filter((one) => one === name).length;
  const rest = asked.filter(({ command }) => command !== 'EVALSHA');
  return { asked, rest, fences: count('fence'), settles: count('settle'), renewals: count('renew'), idle, scripts };
}

describe('a commit with three instances', () => {
  it('costs its writer three round trips: fence, acknowledgement of its own, settle', async () => {
    const commits = 40;
    const { rest, fences, settles, renewals, idle, scripts } = await sent(async () => {
      for (let row = 0; row < commits; row++) await writer.commit([`row:${row}`]);
    });

    expect(rest).toEqual([]);
    expect(scripts).not.toContain('something else');
    expect([fences, settles]).toEqual([commits, commits]);
    expect(renewals).toBeGreaterThanOrEqual(commits);
    expect(renewals - idle).toBeLessThanOrEqual(commits);
  });

  it('shares its fence, and its acknowledgement, with all that commit at the same time', async () => {
    const { asked, fences, settles, renewals, idle } = await sent(() =>
      Promise.all(Array.from({ length: 50 }, (_, row) => writer.commit([`row:${row}`]))),
    );

    expect(fences).toBe(1);
    expect(raisedBy(asked)).toBe(50);
    expect(settles).toBeLessThanOrEqual(2);
    expect(renewals - idle).toBeLessThanOrEqual(1 + settles);
  });
});

/** How many fences the first call of that script raises: an id and a text each, behind the names of epoch and channel. */
function raisedBy(asked: readonly Asked[]): number {
  const { args } = asked.find((one) => scriptOf(one) === 'fence')!;
  const [, keys = 0] = args.map(Number);
  return (args.length - 2 - keys - 2) / 2;
}
