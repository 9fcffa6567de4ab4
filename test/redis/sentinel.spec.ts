// A master that Sentinel watches over, and a replica that takes its place without having heard everything.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coordinatorContract } from '../contract/coordinator.contract.js';
import { RedisInstance } from '../support/redis-instance.js';
import { RedisSentinel } from '../support/redis-sentinel.js';
import type { RedisServer } from '../support/redis-server.js';
import { listOn } from './list-on.js';
import { Pair, stale } from './pair.js';

let sentinel: RedisSentinel;
/** One that does not notice when a test restarts the master. */
let patient: RedisSentinel;
beforeAll(async () => {
  [sentinel, patient] = await Promise.all([RedisSentinel.start(500), RedisSentinel.start(60_000)]);
});
afterAll(() => Promise.all([sentinel.stop(), patient.stop()]));

coordinatorContract('on the master that a Sentinel names', () => listOn(patient.url, async () => patient.master));

describe('two caches on the master that a Sentinel names', () => {
  it('stay in step', async () => {
    const pair = await Pair.start({ redisUrl: `${sentinel.url}/2` });
    expect(stale(await pair.exchange())).toEqual([]);

    expect(pair.warnings.join()).not.toContain('READONLY');
    await pair.stop();
  });

  it('I5: take a replica that was behind and is master now for a new list', async () => {
    const prefix = randomUUID();
    const instances = [1, 2].map(() => RedisInstance.start(sentinel.url, prefix));
    const [one, other] = instances;
    await RedisInstance.inStep(instances);
    await one!.commit(['row:1']);
    const position = async ({ client }: RedisServer) =>
      Number(await client.hget(`{${prefix}}:coherence:list`, 'position'));
    for (let tries = 0; (await position(sentinel.replica)) < 3 && tries < 300; tries++) await pause(10);
    const { epoch } = one!;
    const claim = one!.claim(['row:1']);
    await sentinel.cutOff();
    for (let row = 2; row < 10; row++) await other!.commit([`row:${row}`]);
    expect(one!.vouchesFor(claim)).toBe(true);
    expect(await position(sentinel.replica)).toBeLessThan(await position(sentinel.master));

    await sentinel.failOver();
    await RedisInstance.inStep(instances, 0);
    await RedisInstance.inStep(instances);
    expect(one!.epoch).toBe(other!.epoch);
    expect(one!.epoch).not.toBe(epoch);
    expect(one!.vouchesFor(claim)).toBe(false);
    expect(await one!.commit(['row:1'])).toBeLessThan(500);
    for (const instance of instances) await instance.stop();
  });
});
