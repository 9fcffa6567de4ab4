// Secrets of scopes: once a room's is destroyed, no copy of anything of the room can be read, wherever it lies.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Cached, CacheScopeKey, CacheScopeKeys1763600000002, removeScopeKey } from '@data-room/cache';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll } from './boot.js';

jest.setTimeout(60_000);

@Injectable()
class Rooms {
  loads = 0;

  constructor(readonly dataSource: DataSource) {}

  @Cached({ scope: (id) => ({ room: id }) })
  async minutes(id: number): Promise<string> {
    this.loads++;
    return `what was said in room ${id}`;
  }

  @Cached({ scope: 'everyone' })
  async motto(): Promise<string> {
    this.loads++;
    return 'said to everybody';
  }
}

let redis: RedisServer;
let database: Database;
let prefix: string;
const said: string[] = [];

beforeAll(async () => {
  [redis, database] = await Promise.all([RedisServer.start(), Database.create()]);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => void said.push(String(message)));
});
beforeEach(() => {
  prefix = `keys-${randomUUID().slice(0, 8)}`;
  said.length = 0;
});
afterEach(closeAll);
afterAll(async () => {
  jest.restoreAllMocks();
  await database.drop();
  await redis.stop();
});

interface Choices {
  readonly entities?: (typeof CacheScopeKey)[];
  readonly encrypted?: boolean;
}

const key = randomBytes(32).toString('base64');

async function start({ entities = [CacheScopeKey], encrypted = true }: Choices = {}) {
  const imports = [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: database.url,
      entities,
      migrations: [CacheScopeKeys1763600000002],
      migrationsRun: true,
    }),
  ];
  const options = {
    redisUrl: redis.url,
    prefix,
    fallbackTtl: 0,
    outageTable: 'create',
    scopeKeys: ['room'],
    ...(encrypted && { encryptionKeys: [key] }),
  } as const;
  const app = await boot({ providers: [Rooms], imports }, options);
  const rooms = app.get(Rooms);
  for (let tries = 0; tries < 300; tries++) {
    const before = rooms.loads;
    await rooms.motto();
    await rooms.motto();
    if (rooms.loads < before + 2) break;
    await pause(10);
  }
  return rooms;
}

async function inRedis(part: string): Promise<readonly (readonly [string, Buffer])[]> {
  for (let tries = 0; tries < 100; tries++) {
    const names = (await redis.client.keys(`${prefix}:*`)).filter((name) => name.includes(part));
    const found = await Promise.all(names.map(async (name) => [name, await redis.client.getBuffer(name)] as const));
    const there = found.filter((pair): pair is [string, Buffer] => pair[1] !== null);
    if (there.length > 0) return there;
    await pause(10);
  }
  return [];
}

const destroy = ({ dataSource }: Rooms, room: number) =>
  dataSource.transaction((manager) => removeScopeKey(manager, { room }));

describe('a room with a secret', () => {
  it('is shared by those who have it, and readable by nobody who has Redis and the keys alone', async () => {
    const [one, other] = [await start(), await start()];
    await one.minutes(1);
    const [[, bytes]] = (await inRedis('minutes')) as [[string, Buffer]];
    expect(bytes.includes('what was said')).toBe(false);

    expect(await other.minutes(1)).toBe('what was said in room 1');
    const before = other.loads;
    await other.minutes(1);
    expect(other.loads).toBe(before);
    const rows = await one.dataSource.query<{ scope: string }[]>('SELECT scope FROM cache_scope_key');
    expect(rows).toEqual([{ scope: 'room=1' }]);
  });

  it('is gone everywhere with the commit that destroys it: from memories, from Redis, and from its backups', async () => {
    const [one, other] = [await start(), await start()];
    for (const rooms of [one, other]) await Promise.all([rooms.minutes(2), rooms.minutes(3)]);
    const backup = [...(await inRedis('room=2')), ...(await inRedis('room=3'))];
    expect(backup).toHaveLength(2);
    const loads = () => [one.loads, other.loads];

    await destroy(other, 2);
    const [ofOne, ofOther] = loads() as [number, number];
    for (const [name, bytes] of backup) await redis.client.set(name, bytes);
    // Two reads, one load: the second is answered by what the first has put, under another secret.
    expect([await one.minutes(2), await other.minutes(2)]).toEqual(Array(2).fill('what was said in room 2'));
    expect(one.loads + other.loads).toBeGreaterThan(ofOne + ofOther);
    const third = await start();
    const before = third.loads;
    for (const [name, bytes] of backup) await redis.client.set(name, bytes);
    await Promise.all([third.minutes(2), third.minutes(3)]);
    expect(third.loads).toBe(before + 1);
  });

  it('stays as it is when its removal is rolled back', async () => {
    const rooms = await start();
    await rooms.minutes(4);
    await inRedis('room=4');
    const before = rooms.loads;
    const refused = rooms.dataSource.transaction(async (manager) => {
      await removeScopeKey(manager, { room: 4 });
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');

    await rooms.minutes(4);
    expect(rooms.loads).toBe(before);
  });

  it('works without further keys, too', async () => {
    const [one, other] = [await start({ encrypted: false }), await start({ encrypted: false })];
    await one.minutes(5);
    const [[, bytes]] = (await inRedis('room=5')) as [[string, Buffer]];
    expect(bytes.includes('what was said')).toBe(false);
    const before = other.loads;
    expect(await other.minutes(5)).toBe('what was said in room 5');
    expect(other.loads).toBe(before);
  });

  it('leaves the process for nobody while no data source has the table, and a warning says so', async () => {
    const rooms = await start({ entities: [] });
    await rooms.minutes(6);
    await pause(100);

    expect(await redis.client.keys(`${prefix}:*minutes*`)).toEqual([]);
    expect(said).toContainEqual(expect.stringMatching(/CacheScopeKey.*each process keeps it for itself/));
    const before = rooms.loads;
    await rooms.minutes(6);
    expect(rooms.loads).toBe(before);
  });
});
