// A cluster: one node keeps the list, all of them the entries, and another may take over.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelOf } from '../../libs/cache/src/redis/redis-coordinator.js';
import { coordinatorContract } from '../contract/coordinator.contract.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisInstance } from '../support/redis-instance.js';
import { listOn } from './list-on.js';
import { Pair, stale } from './pair.js';
import { rightsFor } from './rights.js';

let cluster: RedisCluster;
beforeAll(async () => void (cluster = await RedisCluster.start()));
afterAll(() => cluster.stop());

const ownerOf = (prefix: string) => cluster.ownerOf(channelOf(prefix));

coordinatorContract('in a cluster', () => listOn(cluster.url, ownerOf, () => cluster.together()));

describe('two caches on a cluster', () => {
  it('stay in step with the rights that the README names, and spread their entries over all nodes', async () => {
    const prefix = randomUUID();
    const rights = [...rightsFor(prefix, 'pass'), '+cluster|slots', '+cluster|info'];
    for (const { client } of cluster.masters) await client.acl('SETUSER', 'cache', ...rights);
    const pair = await Pair.start({ redisUrl: cluster.url.replace('//', '//cache:pass@'), prefix });
    expect(stale(await pair.exchange())).toEqual([]);
    for (let row = 0; row < 60; row++) await pair.one.getOrLoad(pair.one.key(String(row)), {}, async () => row);
    const counts = async () => Promise.all(cluster.masters.map(({ client }) => client.dbsize()));
    for (let tries = 0; Math.min(...(await counts())) < 5 && tries < 100; tries++) await pause(10);

    expect(Math.min(...(await counts()))).toBeGreaterThanOrEqual(5);
    expect(pair.warnings.join()).not.toMatch(/CROSSSLOT|MOVED|NOPERM/);
    await pair.stop();
  });

  it('listen to the node that has the list, and find the one that has taken over', async () => {
    const prefix = randomUUID();
    const owner = await ownerOf(prefix);
    const instances = [1, 2].map(() => RedisInstance.start(cluster.url, prefix));
    const [one] = instances;
    const listeners = async (node: typeof owner) => (await node.client.pubsub('NUMSUB', channelOf(prefix)))[1];
    await RedisInstance.inStep(instances);
    expect(await listeners(owner)).toBe(2);
    const epoch = one!.epoch;

    const heir = await cluster.failOver(owner);
    await RedisInstance.inStep(instances, 0);
    await RedisInstance.inStep(instances);
    expect(await listeners(heir)).toBe(2);
    expect(one!.epoch).not.toBe(epoch);
    expect(await one!.commit(['row:1'])).toBeLessThan(500);
    for (const instance of instances) await instance.stop();
  });
});
