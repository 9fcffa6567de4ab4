/** Everything that goes wrong, one function each: it begins, lasts for about so long, and leaves all as it found it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Dice } from '../support/data-room-dice.js';
import type { RedisServer } from '../support/redis-server.js';
import type { Instance } from './instance.js';
import type { Realm } from './timeline.js';

export interface Site {
  readonly instances: readonly Instance[];
  readonly redis: RedisServer;
  /** Of the database, by its name. */
  readonly database: Client;
}

export interface Fault {
  readonly name: string;
  readonly realm: Realm;
  /** Whether it strikes one instance, all of them, or what they share. */
  readonly strikes: 'one' | 'some' | 'all';
  readonly run: (site: Site, victims: readonly Instance[], ms: number) => Promise<void>;
}

const each = <T>(instances: readonly Instance[], act: (instance: Instance) => T) => Promise.all(instances.map(act));

async function again(ms: number, everyMs: number, act: () => unknown): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; await pause(everyMs)) await act();
}

async function forgetSnapshot({ client }: RedisServer): Promise<void> {
  const [, folder] = (await client.config('GET', 'dir')) as [string, string];
  await rm(join(folder, 'dump.rdb'), { force: true });
}

async function fill({ client }: RedisServer, count: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let at = 0; at < count; at++) pipeline.set(`filling:${Math.random()}`, 'x'.repeat(1_000), 'PX', 20_000);
  await pipeline.exec(); // refused when there is no room, which is the point
}

async function withLimit(redis: RedisServer, bytes: number, work: () => Promise<void>): Promise<void> {
  const { client } = redis;
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await client.config('SET', 'maxmemory', String(bytes));
  await work();
  await client.config('SET', 'maxmemory', '0');
  await client.config('SET', 'maxmemory-policy', 'noeviction');
}

async function usedMemory({ client }: RedisServer): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
}

export const faults = {
  cut: {
    name: 'connections to Redis cut',
    realm: 'network',
    strikes: 'some',
    run: (_site, victims, ms) => again(ms, 250, () => victims.forEach(({ link }) => link.cut())),
  },
  deafened: {
    name: 'subscriptions killed',
    realm: 'network',
    strikes: 'all',
    run: ({ redis }, _victims, ms) => again(ms, 300, () => redis.killSubscribers().catch(() => {})),
  },
  partitioned: {
    name: 'an instance partitioned from Redis',
    realm: 'network',
    strikes: 'one',
    run: async (_site, victims, ms) => {
      await each(victims, ({ link }) => link.silence());
      await pause(ms);
      await each(victims, ({ link }) => link.mend());
    },
  },
  refused: {
    name: 'connections to Redis refused',
    realm: 'network',
    strikes: 'some',
    run: async (_site, victims, ms) => {
      await each(victims, ({ link }) => link.refuse());
      await pause(ms);
      await each(victims, ({ link }) => link.mend());
    },
  },
  slowed: {
    name: 'Redis slow, 50 to 300 ms',
    realm: 'network',
    strikes: 'some',
    run: async (_site, victims, ms) => {
      await each(victims, ({ link }) => link.slow({ leastMs: 50, mostMs: 300 }));
      await pause(ms);
      await each(victims, ({ link }) => link.mend());
    },
  },
  emptied: {
    name: 'Redis killed, back empty',
    realm: 'redis',
    strikes: 'all',
    run: async ({ redis }, _victims, ms) => {
      await redis.kill();
      await pause(ms / 2);
      await redis.launch();
      await pause(ms / 2);
    },
  },
  restored: {
    name: 'Redis killed, back with an old snapshot',
    realm: 'redis',
    strikes: 'all',
    run: async ({ redis }, _victims, ms) => {
      await redis.client.save();
      await pause(ms / 3);
      await redis.kill();
      await pause(ms / 3);
      await redis.launch();
      await forgetSnapshot(redis);
      await pause(ms / 3);
    },
  },
  frozen: {
    name: 'Redis frozen',
    realm: 'redis',
    strikes: 'all',
    run: async ({ redis }, _victims, ms) => {
      redis.freeze();
      await pause(ms);
      redis.thaw();
    },
  },
  flushed: {
    name: 'FLUSHALL',
    realm: 'redis',
    strikes: 'all',
    run: ({ redis }, _victims, ms) => again(ms, 800, () => redis.client.flushall()),
  },
  evicting: {
    name: 'Redis evicts',
    realm: 'redis',
    strikes: 'all',
    run: async ({ redis }, _victims, ms) =>
      withLimit(redis, (await usedMemory(redis)) + 300_000, () => again(ms, 50, () => fill(redis, 100))),
  },
  full: {
    name: 'Redis out of memory',
    realm: 'redis',
    strikes: 'all',
    run: ({ redis }, _victims, ms) => withLimit(redis, 1, () => pause(ms)),
  },
  killed: {
    name: 'an instance killed and restarted',
    realm: 'process',
    strikes: 'one',
    run: async (_site, victims, ms) => {
      await each(victims, (victim) => victim.kill());
      await pause(ms / 2);
      await each(victims, (victim) => victim.start());
    },
  },
  halted: {
    name: 'an instance stopped for a while',
    realm: 'process',
    strikes: 'one',
    run: async (_site, victims, ms) => {
      await each(victims, (victim) => victim.halt());
      await pause(Math.min(ms, 4_000));
      await each(victims, (victim) => victim.goOn());
    },
  },
  disconnected: {
    name: 'database connections killed',
    realm: 'database',
    strikes: 'all',
    run: ({ database }, _victims, ms) =>
      again(ms, 500, () =>
        database.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name <> 'chaos' AND random() < 0.3`),
      ),
  },
  ended: {
    name: 'an instance ended, the balancer not told',
    realm: 'process',
    strikes: 'one',
    run: async (_site, victims) => {
      await each(victims, (victim) => victim.leave());
      await each(victims, (victim) => victim.start());
    },
  },
  rolled: {
    name: 'rolling restart',
    realm: 'restart',
    strikes: 'all',
    run: async (_site, victims) => {
      for (const victim of victims) {
        // As behind any balancer: it is sent nothing new, answers what it has, and is ended then.
        victim.inRotation = false;
        while (victim.busy > 0) await pause(5);
        await victim.leave();
        await victim.start();
        victim.inRotation = true;
      }
    },
  },
} satisfies Record<string, Fault>;

export const allFaults: readonly Fault[] = Object.values(faults);

/** Whom it strikes this time. */
export function victimsOf({ strikes }: Fault, instances: readonly Instance[], dice: Dice): readonly Instance[] {
  if (strikes === 'all' || (strikes === 'some' && dice.below(2) === 0)) return instances;
  return [dice.pick(instances)];
}
