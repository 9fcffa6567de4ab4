import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { News } from '../../libs/cache/src/coherence/coordinator.js';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisChannel } from '../../libs/cache/src/redis/redis-channel.js';
import { RedisCoordinator } from '../../libs/cache/src/redis/redis-coordinator.js';
import { listOn } from '../redis/list-on.js';
import { RedisServer } from '../support/redis-server.js';
import { coordinatorContract } from './coordinator.contract.js';

const patience = { budgetMs: 1_000, patienceMs: 2_000 };
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

function open(prefix: string, url = server.url) {
  const connections = new Connections(url, patience);
  connections.start();
  const { calls: redis, within } = connections;
  const coordinator = new RedisCoordinator({ redis, within, prefix, newId: randomUUID });
  return { connections, coordinator, channel: new RedisChannel(connections.channel, prefix) };
}

coordinatorContract('in Redis', () => listOn(server.url, async () => server));

describe('the list in Redis', () => {
  it.each(['list', 'changes', 'fences', 'members'])('I5: begins a new epoch when its %s were evicted', async (name) => {
    const prefix = randomUUID();
    const { connections, coordinator } = open(prefix);
    const before = await coordinator.join('ann');
    await coordinator.settle([{ fence: 'one', changed: ['row:1'] }]);

    expect(await server.client.del(`{${prefix}}:coherence:${name}`)).toBe(1);

    const { epoch, granted } = await coordinator.renew('ann', 2, []);
    expect(granted).toBe(false);
    expect(epoch).not.toBe(before.epoch);
    expect(await coordinator.join('ben')).toMatchObject({ epoch, position: 1, floor: 1, changes: [], fences: [] });
    await connections.close();
  });

  it('I5: begins a new epoch on a server that was a replica for a while', async () => {
    const other = await RedisServer.start();
    const { connections, coordinator } = open(randomUUID());
    const before = await coordinator.join('ann');
    await coordinator.settle([{ fence: 'one', changed: ['row:1'] }]);

    await server.client.replicaof('127.0.0.1', new URL(other.url).port);
    await server.client.replicaof('NO', 'ONE');

    expect((await coordinator.renew('ann', 2, [])).epoch).not.toBe(before.epoch);
    await connections.close();
    await other.stop();
  });

  it('uses the keys of its prefix, all in one slot', async () => {
    const prefix = randomUUID();
    const { connections, coordinator } = open(prefix);
    await coordinator.fence([{ fence: 'one', owner: 'ann', tags: [], ref: '' }]);

    const keys = ['changes', 'fences', 'list', 'members'].map((name) => `{${prefix}}:coherence:${name}`);
    expect((await server.client.keys(`*${prefix}*`)).sort()).toEqual(keys);
    await connections.close();
  });

  it('is reached with the user, the password and the database of its URL', async () => {
    const address = new URL(server.url);
    Object.assign(address, { username: 'cache', password: 'p@ss:w/rd', pathname: '/3' });
    const rights = ['on', '>p@ss:w/rd', '~{*}:coherence:*', '&*', '+@all', '-@dangerous', '+info'];
    await server.client.acl('SETUSER', 'cache', ...rights);
    const prefix = randomUUID();
    const { connections, coordinator, channel } = open(prefix, address.href);
    const news: News[] = [];
    await channel.listen('ann', { heard: (one) => void news.push(one), lost: () => {} });
    await coordinator.join('ann');
    await coordinator.settle([{ fence: 'one', changed: [] }]);
    for (let tries = 0; news.length === 0 && tries < 100; tries++) await pause(10);

    expect(news).toHaveLength(1);
    expect(await server.client.exists(`{${prefix}}:coherence:list`)).toBe(0);
    await server.client.select(3);
    expect(await server.client.exists(`{${prefix}}:coherence:list`)).toBe(1);
    await server.client.select(0);
    await connections.close();
  });
});
