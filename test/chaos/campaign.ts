/** One run from an empty database to a verdict: servers, instances, load, faults, and a look at everything when it is over. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { Dice } from '../support/data-room-dice.js';
import { Database } from '../support/database.js';
import { RedisServer } from '../support/redis-server.js';
import { Balancer } from './balancer.js';
import { ChronicleReader, createChronicle } from './chronicle.js';
import { Instance } from './instance.js';
import { Judge } from './judge.js';
import { Link } from './link.js';
import { Load, survey } from './load.js';
import { Program } from './program.js';
import { furnish } from './rooms.js';
import { Tally } from './tally.js';
import { Timeline } from './timeline.js';
import type { Weather } from './weather.js';

export type Variant = 'ours' | 'off' | 'bentocache';

export interface Plan {
  readonly variant: Variant;
  readonly instances: number;
  /** For how many seconds an instance that is cut off may answer from its memory; 0: not at all. */
  readonly fallbackSeconds: number;
  readonly seed: number;
  /** Further variables of each instance, by its number. */
  readonly variables?: (instance: number) => Readonly<Record<string, string>>;
  readonly log?: (sentence: string) => void;
}

const rooms = 2;
/** After the last fault, before everything must be as in the database. */
const settlesInMs = 3_000;

/** What `happen` lets happen while the instances are read and written. */
export async function campaign(plan: Plan, happen: (weather: Weather) => Promise<void>): Promise<Tally> {
  const endings: (() => unknown)[] = [];
  try {
    return await run(plan, happen, (ending) => endings.push(ending));
  } finally {
    for (const ending of endings.reverse()) await ending();
  }
}

async function run(
  plan: Plan,
  happen: (weather: Weather) => Promise<void>,
  atLast: (ending: () => unknown) => void,
): Promise<Tally> {
  const { seed, log = () => {} } = plan;
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  atLast(() => rm(folder, { recursive: true, force: true }));
  const program = await Program.build(plan.variant === 'bentocache' ? 'bentocache' : 'ours');
  atLast(() => program.remove());
  const redis = await RedisServer.start();
  atLast(() => redis.stop());
  const database = await Database.create();
  atLast(() => database.drop());
  const client = async (): Promise<Client> => {
    const made = await database.client({ application_name: 'chaos' });
    atLast(() => made.end());
    return made;
  };

  const shared = {
    DATABASE_URL: database.url,
    STORAGE_DIR: join(folder, 'storage'),
    JWT_SECRET: randomUUID(),
    CACHE_ENABLED: String(plan.variant !== 'off'),
    CACHE_PREFIX: 'chaos',
    CACHE_OUTAGE_TABLE: 'create',
    CACHE_FALLBACK_TTL: String(plan.fallbackSeconds),
  };
  const instances: Instance[] = [];
  for (let number = 0; number < plan.instances; number++) {
    const link = await Link.to(redis.url);
    const variables = { ...shared, ...plan.variables?.(number) };
    const instance = new Instance(`instance ${number + 1}`, { main: program.main, folder, link, variables });
    atLast(async () => {
      await instance.kill();
      await link.stop();
    });
    // One after the other: the first makes the tables.
    await instance.start();
    instances.push(instance);
  }

  const [watcher, operator] = [await client(), await client()];
  await operator.query(createChronicle);
  const judge = new Judge(new ChronicleReader(watcher));
  const watched = judge.watch();
  atLast(async () => {
    judge.stop();
    await watched;
  });
  const timeline = new Timeline();
  const tally = new Tally(timeline);
  const balancer = new Balancer(instances);
  const cast = { balancer, judge, tally, rooms: await furnish(balancer, rooms), seed };
  const load = new Load(cast);
  await happen({ site: { instances, redis, database: operator }, timeline, dice: new Dice(seed), log });
  await load.stop();

  await pause(settlesInMs);
  tally.lasting = await survey(cast, instances);
  for (const instance of instances) tally.collapsed(instance);
  return tally;
}
