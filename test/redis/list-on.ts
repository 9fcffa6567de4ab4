// The list of a test's own on some Redis, for the contract of coordinators.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { News } from '../../libs/cache/src/coherence/coordinator.js';
import { Connections } from '../../libs/cache/src/redis/connections.js';
import { RedisChannel } from '../../libs/cache/src/redis/redis-channel.js';
import { RedisCoordinator } from '../../libs/cache/src/redis/redis-coordinator.js';
import { audience, type ListUnderTest } from '../contract/coordinator.contract.js';
import type { RedisServer } from '../support/redis-server.js';

// Generous: a script of a thousand fences may have to share a core with others.
const patience = { budgetMs: 5_000, patienceMs: 5_000 };

/** `keeper`: the server that keeps the list of this prefix, to be flushed, saved and restarted, and `ready` again after that. */
export async function listOn(
  url: string,
  keeper: (prefix: string) => Promise<RedisServer>,
  ready = () => Promise.resolve(),
): Promise<ListUnderTest> {
  const prefix = randomUUID();
  const server = await keeper(prefix);
  const connections = new Connections(url, patience);
  connections.start();
  const { store, within } = connections;
  const coordinator = new RedisCoordinator({ redis: store.client, within, prefix, newId: randomUUID });
  const channel = new RedisChannel(connections.channel, prefix);
  const heard = new Map<string, News[]>(audience.map((member) => [member, []]));
  for (const [member, all] of heard) {
    await channel.listen(member, { heard: (news) => void all.push(news), lost: () => {} });
  }
  return {
    coordinator,
    heard: async (member, atLeast) => {
      const all = heard.get(member) ?? [];
      for (let tries = 0; all.length < atLeast && tries < 200; tries++) await pause(10);
      return all;
    },
    save: async () => void (await server.client.save()),
    restart: async (how) => {
      if (how === 'empty') {
        await server.client.flushall();
        await server.client.save();
      }
      await server.kill();
      await server.launch();
      await ready();
    },
    flush: async () => void (await server.client.flushall()),
    close: () => connections.close(),
  };
}
