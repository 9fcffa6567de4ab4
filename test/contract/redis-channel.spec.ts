// The channel on a real server: nothing that is told after `listen` is missed, or it says that something may have been.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { News } from '../../libs/cache/src/coherence/coordinator.js';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisChannel } from '../../libs/cache/src/redis/redis-channel.js';
import { channelOf, RedisCoordinator } from '../../libs/cache/src/redis/redis-coordinator.js';
import { RedisServer } from '../support/redis-server.js';

let server: RedisServer;
let connections: Connections;
let channel: RedisChannel;
let coordinator: RedisCoordinator;
let prefix: string;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  prefix = randomUUID();
  connections = new Connections(server.url, { budgetMs: 200, patienceMs: 1_000 });
  connections.start();
  const { calls: redis, within } = connections;
  coordinator = new RedisCoordinator({ redis, within, prefix, newId: randomUUID });
  channel = new RedisChannel(connections.channel, prefix);
});
afterEach(() => connections.close());

/** Somebody who listens, and remembers it. */
class Ear {
  readonly news: News[] = [];
  losses = 0;
  readonly heard = (news: News): void => void this.news.push(news);
  readonly lost = (): void => void this.losses++;

  get positions(): number[] {
    return this.news.flatMap((news) => ('position' in news ? [news.position] : []));
  }
}

async function until(met: () => boolean): Promise<void> {
  for (let tries = 0; !met() && tries < 300; tries++) await pause(10);
  expect(met()).toBe(true);
}

const tell = () => coordinator.settle([{ fence: 'none', changed: ['row:1'] }]);
const subscriptions = async () => (await server.client.pubsub('NUMSUB', channelOf(prefix)))[1];

describe('the channel in Redis', () => {
  it('I15: hears everything that is told once it listens, in order', async () => {
    await tell();
    const telling = (async () => {
      for (let count = 0; count < 300; count++) await tell();
    })();
    const ear = new Ear();
    await channel.listen('ann', ear);
    const { position } = await coordinator.join('ann');
    await telling;
    await until(() => ear.positions.at(-1) === 302);

    const after = ear.positions.filter((at) => at > position);
    expect(after).toEqual(Array.from({ length: 302 - position }, (_, index) => position + 1 + index));
    expect(ear.losses).toBe(0);
  });

  it('says once that it was lost, and does not come back by itself', async () => {
    const ear = new Ear();
    await channel.listen('ann', ear);
    await server.killSubscribers();
    await until(() => ear.losses > 0);
    await tell();
    await pause(300);

    expect(ear).toMatchObject({ losses: 1, news: [] });
    expect(await subscriptions()).toBe(0);
  });

  it('is silent after it was hung up', async () => {
    const ear = new Ear();
    const hangUp = await channel.listen('ann', ear);
    hangUp();
    for (let tries = 0; (await subscriptions()) !== 0 && tries < 100; tries++) await pause(10);
    await tell();
    hangUp();

    expect(ear).toMatchObject({ losses: 0, news: [] });
    expect(await subscriptions()).toBe(0);
  });

  it.each(['no JSON', '{}', 'null'])('is lost when somebody else says %s on it', async (text) => {
    const ear = new Ear();
    await channel.listen('ann', ear);
    await server.client.publish(channelOf(prefix), text);
    await until(() => ear.losses > 0);

    expect(ear.losses).toBe(1);
  });

  it('rejects in time when the server is frozen, or refuses', async () => {
    await coordinator.join('ann');
    server.freeze();
    const sentAt = performance.now();
    const results = await Promise.allSettled([channel.listen('ann', new Ear()), coordinator.renew('ann', 1, [])]);
    server.thaw();

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(performance.now() - sentAt).toBeLessThan(1_400);
    await until(() => connections.calls.status === 'ready');
    expect((await coordinator.renew('ann', 1, [])).granted).toBe(true);

    await server.kill();
    await expect(channel.listen('ann', new Ear())).rejects.toThrow('ECONNREFUSED');
    await expect(coordinator.renew('ann', 1, [])).rejects.toThrow(/^Redis cannot be reached/);
    await server.launch();
    await until(() => connections.calls.status === 'ready');
    expect((await coordinator.renew('ann', 1, [])).granted).toBe(false);
    const hangUp = await channel.listen('ann', new Ear());
    hangUp();
  });

  it('gives up a connection whose other end has been silent for too long, and makes another', async () => {
    await coordinator.join('ann');
    const made: string[] = [];
    connections.calls.on('connect', () => made.push('connect'));
    server.freeze();
    for (let tries = 0; tries < 7; tries++) await coordinator.renew('ann', 1, []).catch(() => {});
    server.thaw();
    await until(() => made.length > 0 && connections.calls.status === 'ready');

    expect((await coordinator.renew('ann', 1, [])).granted).toBe(true);
  });
});
