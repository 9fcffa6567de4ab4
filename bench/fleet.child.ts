/** Some of the fleet's instances, each with connections of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { RedisInstance } from '../test/support/redis-instance.js';
import { idOf } from './files.js';

export type Order =
  | { readonly do: 'start'; readonly url: string; readonly count: number }
  | { readonly do: 'live'; readonly seconds: number; readonly writesASecond: number }
  | { readonly do: 'end' };

export interface Phase {
  /** For how long each COMMIT waited. */
  readonly waitedMs: readonly number[];
  readonly cpuMs: number;
  readonly faults: number;
}

const tagsOfWrite = 10;
const ids = 5_000;

let instances: readonly RedisInstance[] = [];
let writes = process.pid;

async function handle(order: Order): Promise<Phase | undefined> {
  switch (order.do) {
    case 'start': {
      const { url, count } = order;
      instances = Array.from({ length: count }, () => RedisInstance.start(url, 'fleet'));
      await RedisInstance.inStep(instances);
      return undefined;
    }
    case 'live':
      return live(order.seconds, order.writesASecond);
    case 'end':
      await Promise.all(instances.map((instance) => instance.stop()));
      return undefined;
  }
}

/** Writes come when they come, and not when the one before is done. */
async function live(seconds: number, writesASecond: number): Promise<Phase> {
  const faultsBefore = faults();
  const cpuBefore = process.cpuUsage();
  const commits: Promise<number>[] = [];
  const begun = performance.now();
  for (let due = 0; due < seconds * writesASecond; due++) {
    await pause(Math.max(0, begun + (due * 1_000) / writesASecond - performance.now()));
    commits.push(commit());
  }
  await pause(Math.max(0, begun + seconds * 1_000 - performance.now()));
  const waitedMs = await Promise.all(commits);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { waitedMs, cpuMs: (user + system) / 1_000, faults: faults() - faultsBefore };
}

function commit(): Promise<number> {
  const instance = instances[writes++ % instances.length] as RedisInstance;
  const tags = Array.from({ length: tagsOfWrite }, (_, at) => `file:${idOf((writes * 7_919 + at) % ids)}`);
  return instance.commit(tags);
}

function faults(): number {
  return instances.reduce((sum, instance) => sum + instance.faults.length, 0);
}

process.on('message', (order: Order) => {
  handle(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
