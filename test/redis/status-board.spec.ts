// What instances put up of themselves, on a real Redis and with no more rights than the README lists.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Summary } from '../../libs/cache/src/core/insight/status-board.js';
import { Connections, usualPatience } from '../../libs/cache/src/redis/connections.js';
import { RedisStatusBoard } from '../../libs/cache/src/redis/redis-status-board.js';
import { RedisServer } from '../support/redis-server.js';
import { rightsFor } from './rights.js';

const summary: Summary = {
  member: 'b"e\n:ä',
  inStep: true,
  leaseMs: 900,
  hits: 7,
  misses: 2,
  bytes: 1_000,
  entries: 3,
};

let redis: RedisServer;
let connections: Connections;
let prefix: string;

beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  await connections?.close();
  prefix = `board-${randomUUID().slice(0, 8)}`;
  await redis.client.acl('SETUSER', 'cache', ...rightsFor(prefix, 'secret'));
  connections = new Connections(redis.url.replace('//', '//cache:secret@'), usualPatience);
  connections.start();
});
afterAll(async () => {
  await connections.close();
  await redis.stop();
});

function board(): RedisStatusBoard {
  const { store, within } = connections;
  return new RedisStatusBoard({ client: store.client, within, prefix });
}

describe('the status board', () => {
  it('gives what each has said last, and how long ago, whatever they are called', async () => {
    expect(await board().read()).toEqual([]);
    await board().post('one', summary);
    await board().post(`o'ther\n"ü`, { ...summary, leaseMs: null });
    await board().post('one', { ...summary, hits: 8 });

    const posted = [...(await board().read())].sort((one, other) => (one.name > other.name ? -1 : 1));
    expect(posted).toEqual([
      { name: 'one', ageMs: expect.any(Number), summary: { ...summary, hits: 8 } },
      { name: `o'ther\n"ü`, ageMs: expect.any(Number), summary: { ...summary, leaseMs: null } },
    ]);
    for (const { ageMs } of posted) expect(ageMs).toBeLessThan(5_000);
  });

  it('takes down what somebody leaves, and nothing else', async () => {
    await board().post('one', summary);
    await board().post('other', summary);
    await board().leave('one');
    await board().leave('nobody');

    expect((await board().read()).map(({ name }) => name)).toEqual(['other']);
  });

  it('takes down what nobody has renewed for a minute, and in the end itself', async () => {
    await board().post('old', summary);
    await board().post('new', summary);
    const key = `{${prefix}}:status`;
    await redis.client.hset(key, 'old', `${Date.now() - 61_000} ${JSON.stringify(summary)}`);

    expect((await board().read()).map(({ name }) => name)).toEqual(['new']);
    expect(await redis.client.hkeys(key)).toEqual(['new']);
    const restMs = await redis.client.pttl(key);
    expect(restMs).toBeGreaterThan(50_000);
    expect(restMs).toBeLessThanOrEqual(60_000);
  });

  it('passes over what it cannot read', async () => {
    const key = `{${prefix}}:status`;
    const lines = [
      'no time',
      `${Date.now()} {`,
      `${Date.now()} []`,
      `${Date.now()} {"member":"x","inStep":1}`,
      `${Date.now()} null`,
    ];
    for (const [at, line] of lines.entries()) await redis.client.hset(key, `bad ${at}`, line);
    await board().post('good', summary);

    expect((await board().read()).map(({ name }) => name)).toEqual(['good']);
  });
});
