/** What it costs that fifty instances follow one list. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '../test/support/redis-server.js';
import type { Order, Phase } from './fleet.child.js';
import { table } from './table.js';

const processes = 5;
const instances = 50;
const measuredSeconds = 10;
const rates = [0, 50, 150, 500] as const;

/** What Redis says of itself, counted from its start. */
interface Counts {
  readonly commands: number;
  readonly cpuSeconds: number;
  readonly received: number;
  readonly sent: number;
}

interface Measured {
  readonly redis: Counts;
  readonly took: number;
  readonly phases: readonly Phase[];
}

export async function fleet(): Promise<string> {
  const server = await RedisServer.start();
  const children = Array.from({ length: processes }, launch);
  const start: Order = { do: 'start', url: server.url, count: instances / processes };
  await Promise.all(children.map((child) => ask(child, start)));
  const columns: string[][][] = [];
  for (const rate of rates) {
    await measured(server, children, rate, 2);
    columns.push(rowsOf(await measured(server, children, rate, measuredSeconds)));
  }
  await Promise.all(children.map((child) => ask(child, { do: 'end' })));
  for (const child of children) child.disconnect();
  await server.stop();
  const rows = columns[0]!.map(([label], at) => [label as string, ...columns.map((column) => column[at]?.[1] ?? '')]);
  const heads = ['', ...rates.map((rate) => (rate === 0 ? 'no writes' : `${rate} writes a second`))];
  return `### ${instances} instances on one Redis\n\n${remark}\n\n${table(heads, rows)}`;
}

const remark = `${instances} instances in ${processes} processes follow one list on one Redis, each with connections of its own; every write fences and
settles ten tags, as a transaction does, and the writes come from all of them in turn. Each fence is heard by all, and confirmed
by all before it stands: the cost grows with writes times instances. Commands are as Redis counts them, those of
scripts included. All of it shares the two cores of the machine: where these are used up, fences take longer than a lease
and calls are given up after 100 ms (the failed calls), after which those who made them come back afresh. Fifty machines have
a fiftieth of the instances' work each.`;

function launch(): ChildProcess {
  const file = fileURLToPath(new URL('fleet.child.ts', import.meta.url));
  return fork(file, [], { execArgv: ['--import', '@swc-node/register/esm-register'] });
}

async function ask<T>(child: ChildProcess, order: Order): Promise<T> {
  const answered = once(child, 'message') as Promise<[{ answer: T; error?: string }]>;
  child.send(order);
  const [{ answer, error }] = await answered;
  if (error !== undefined) throw new Error(error);
  return answer;
}

async function measured(
  server: RedisServer,
  children: readonly ChildProcess[],
  writes: number,
  seconds: number,
): Promise<Measured> {
  const order: Order = { do: 'live', seconds, writesASecond: writes / children.length };
  const before = await countsOf(server);
  const begun = performance.now();
  const phases = await Promise.all(children.map((child) => ask<Phase>(child, order)));
  const took = (performance.now() - begun) / 1_000;
  const after = await countsOf(server);
  const since = (name: keyof Counts): number => after[name] - before[name];
  const redis = {
    commands: since('commands'),
    cpuSeconds: since('cpuSeconds'),
    received: since('received'),
    sent: since('sent'),
  };
  return { redis, took, phases };
}

async function countsOf({ client }: RedisServer): Promise<Counts> {
  const info = `${await client.info('stats')}\n${await client.info('cpu')}`;
  const read = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return {
    commands: read('total_commands_processed'),
    cpuSeconds: read('used_cpu_sys') + read('used_cpu_user'),
    received: read('total_net_input_bytes'),
    sent: read('total_net_output_bytes'),
  };
}

function rowsOf({ redis, took, phases }: Measured): string[][] {
  const waits = phases.flatMap(({ waitedMs }) => waitedMs).toSorted((one, other) => one - other);
  const cpuMs = phases.reduce((sum, phase) => sum + phase.cpuMs, 0);
  const faults = phases.reduce((sum, phase) => sum + phase.faults, 0);
  const wait = (share: number): string =>
    waits.length === 0 ? '' : `${(waits[Math.floor((waits.length - 1) * share)] as number).toFixed(1)} ms`;
  const core = (cpuSeconds: number): string => `${((100 * cpuSeconds) / took).toFixed(1)} % of a core`;
  return [
    ['writes a second', (waits.length / took).toFixed(0)],
    ['commands a second in Redis', (redis.commands / took).toFixed(0)],
    ['processor of Redis', core(redis.cpuSeconds)],
    ['processor of all instances', core(cpuMs / 1_000)],
    ['sent to Redis', `${(redis.received / took / 1_024).toFixed(0)} KiB/s`],
    ['sent by Redis', `${(redis.sent / took / 1_024).toFixed(0)} KiB/s`],
    ['a fence takes, median', wait(0.5)],
    ['a fence takes, 99 of 100', wait(0.99)],
    ['calls that failed', String(faults)],
  ];
}
