// The store of cache-manager-ioredis-yet on our client: what is used of it, on a real server.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisServer } from '../support/redis-server.js';

let server: RedisServer;
let connections: Connections;

beforeAll(async () => {
  server = await RedisServer.start();
  connections = new Connections(server.url, { budgetMs: 200, patienceMs: 1_000 });
  connections.start();
});
afterAll(async () => {
  await connections.close();
  await server.stop();
});

describe('the store of a connection', () => {
  it('sends its commands on the client that the scripts use', async () => {
    const { store, within } = connections;
    const key = randomUUID();
    expect(store.client).toBe(connections.calls);

    await within(() => store.client.set(key, Buffer.from([0, 255]), 'PX', 60_000), false);
    expect(await server.client.getBuffer(key)).toEqual(Buffer.from([0, 255]));
    expect(await server.client.pttl(key)).toBeGreaterThan(50_000);
  });
});
