// A warming that is killed halfway, and gone on with by another process.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { WarmingReport } from '@data-room/cache';
import { RedisServer } from '../support/redis-server.js';
import type { Told } from './warming.child.js';

jest.setTimeout(120_000);

const rows = 10_000;
/** At a time, and those of which Redis had not heard yet. */
const mostLost = 300;

class Warmer {
  readonly #child: ChildProcess;
  readonly reports: WarmingReport[] = [];
  #read: Extract<Told, { readonly read: unknown }> | undefined;

  constructor(redis: RedisServer) {
    this.#child = fork(resolve('test/processes/warming.child.ts'), [], {
      execArgv: ['--import', '@swc-node/register/esm-register'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, REDIS_URL: redis.url, ROWS: String(rows) },
      stdio: 'inherit',
    });
    this.#child.on('message', (told: Told) => {
      if ('read' in told) this.#read = told;
      else this.reports.push(told);
    });
  }

  get last(): WarmingReport | undefined {
    return this.reports.at(-1);
  }

  async until(isSo: (report: WarmingReport) => boolean): Promise<void> {
    for (let tries = 0; !(this.last !== undefined && isSo(this.last)) && tries < 6_000; tries++) await pause(5);
    if (this.last === undefined || !isSo(this.last)) throw new Error(`It stands at ${JSON.stringify(this.last)}.`);
  }

  go(): void {
    this.#child.send('go');
  }

  async readAll() {
    this.#child.send('read');
    for (let tries = 0; this.#read === undefined && tries < 2_000; tries++) await pause(5);
    return this.#read;
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await exit;
  }

  async stop(): Promise<unknown> {
    const exit = once(this.#child, 'exit');
    this.#child.send('stop');
    return exit;
  }
}

let redis: RedisServer;
const started: Warmer[] = [];

beforeEach(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((warmer) => warmer.kill()));
  await redis.stop();
});

function start(): Warmer {
  const warmer = new Warmer(redis);
  started.push(warmer);
  return warmer;
}

it('is gone on with where it was killed: nothing that was warmed is loaded again, and all is answered from memory', async () => {
  const first = start();
  await first.until(({ state }) => state === 'running');
  const second = start();
  await second.until(({ state }) => state === 'elsewhere');
  first.go();
  second.go();
  await first.until(({ done }) => done > rows / 3);
  await first.kill();
  const { done: doneByFirst } = first.last!;
  expect(doneByFirst).toBeLessThan(rows);
  const loadedByFirst = await redis.client.hlen('loads');

  await second.until(({ state }) => state === 'done');

  expect(second.last).toMatchObject({ total: rows, done: rows, failed: 0 });
  expect(second.last!.loaded).toBeLessThanOrEqual(rows - loadedByFirst + mostLost);
  const loads = Object.values(await redis.client.hgetall('loads')).map(Number);
  expect(loads).toHaveLength(rows);
  expect(Math.max(...loads)).toBeLessThanOrEqual(2);
  expect(loads.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(rows + mostLost);

  const { read, ...counted } = (await second.readAll())!;
  expect([read.length, read[7_777]]).toEqual([rows, 'row 7777']);
  expect(counted).toEqual({ sharedHits: 0, misses: 0 });
  // One at a time: the second had loaded nothing before the first was dead.
  expect(second.reports.filter(({ state }) => state === 'running')[0]).toMatchObject({ done: 0 });
  expect(await second.stop()).toEqual([0, null]);
});
