// A room that is deleted: the secret goes with it under which copies of it stand in Redis.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Database } from '../support/database.js';
import { Person } from '../support/data-room-person.js';
import { DataRoomProcess, removeFolder, temporaryFolder } from '../support/data-room-process.js';
import { RedisServer } from '../support/redis-server.js';

jest.setTimeout(120_000);

describe('a room of the data room', () => {
  let folder: string;
  let redis: RedisServer;
  let database: Database;
  let room: DataRoomProcess;

  beforeAll(async () => {
    [redis, database, folder] = await Promise.all([RedisServer.start(), Database.create(), temporaryFolder()]);
    room = DataRoomProcess.start(folder, { DATABASE_URL: database.url, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await room.stop();
    await Promise.all([redis.stop(), database.drop(), removeFolder(folder)]);
  });

  it('has its own secret in Redis, which is destroyed with it', async () => {
    const client = await database.client();
    const secrets = async () =>
      (await client.query<{ scope: string }>('SELECT scope FROM cache_scope_key ORDER BY scope')).rows.map(
        ({ scope }) => scope,
      );
    const ann = await Person.register(await room.address(), 'Ann');
    const [kept, deleted] = [await ann.room(), await ann.room()];
    for (let tries = 0; (await secrets()).length < 2 && tries < 200; tries++) {
      for (const { id } of [kept, deleted]) await ann.get(`/data-rooms/${id}/folders`);
      await pause(20);
    }
    expect(await secrets()).toEqual([kept.id, deleted.id].map((id) => `dataroom=${id}`).sort());
    const inRedis = async () => (await redis.client.keys('dataroom:*')).filter((key) => key.includes(deleted.id));
    const copies = await inRedis();
    expect(copies.length).toBeGreaterThan(0);

    expect((await ann.delete(`/data-rooms/${deleted.id}`)).status).toBe(204);

    expect(await secrets()).toEqual([`dataroom=${kept.id}`]);
    await client.end();
  });
});
