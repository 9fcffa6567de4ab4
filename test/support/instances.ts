// Processes with a cache each, and a judge who knows in which order things were seen.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Order, Report } from '../processes/protocol.js';

const program = resolve('test/processes/instance.child.ts');

const microseconds = () => Number(process.hrtime.bigint() / 1_000n);

/** Somebody who saw a version of a row at an instant: nobody who asks later may see less. */
export class Judge {
  readonly #seen = new Map<number, { readonly at: number; readonly version: number }[]>();
  readonly #answers: { readonly who: string; readonly id: number; readonly from: number; readonly version: number }[] =
    [];

  saw(id: number, version: number, at: number): void {
    const all = this.#seen.get(id) ?? [];
    this.#seen.set(id, all);
    all.push({ at, version });
  }

  answered(who: string, id: number, from: number, version: number): void {
    this.#answers.push({ who, id, from, version });
  }

  get answers(): number {
    return this.#answers.length;
  }

  /** Sentences about answers that were older than what somebody had seen so long before they were asked for. */
  verdict(allowedMs = 0): string[] {
    const histories = new Map<number, { at: number[]; newest: number[] }>();
    for (const [id, all] of this.#seen) {
      all.sort((one, other) => one.at - other.at);
      let newest = -Infinity;
      histories.set(id, {
        at: all.map(({ at }) => at),
        newest: all.map(({ version }) => (newest = Math.max(newest, version))),
      });
    }
    return this.#answers.flatMap(({ who, id, from, version }) => {
      const history = histories.get(id);
      const index = history === undefined ? -1 : lastBefore(history.at, from - allowedMs * 1_000);
      const known = history?.newest[index] ?? -Infinity;
      return known > version
        ? [
            `at ${from}: ${who} gave ${version} of row ${id}, ${known} was known since ${history!.at[history!.newest.indexOf(known)]!}`,
          ]
        : [];
    });
  }

  /** Looks with a client that knows nothing of caches, again and again. */
  async watch(client: Client, going: () => boolean): Promise<void> {
    while (going()) {
      const { rows } = await client.query<{ id: number; version: number }>('SELECT id, version FROM row');
      const at = microseconds();
      for (const { id, version } of rows) this.saw(id, version, at);
      await pause(1);
    }
  }
}

function lastBefore(instants: readonly number[], instant: number): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export class Instance {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #judge: Judge;
  readonly exit: Promise<unknown>;
  readonly failures: string[] = [];
  readonly latencies = { reads: [] as number[], writes: [] as number[] };
  output = '';
  reads = 0;
  loads = 0;

  private constructor(name: string, child: ChildProcess, judge: Judge) {
    this.name = name;
    this.#child = child;
    this.#judge = judge;
    this.exit = once(child, 'exit');
    child.on('message', (report: Report) => this.#take(report));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  static async start(name: string, judge: Judge, variables: Record<string, string>): Promise<Instance> {
    const child = fork(program, [], {
      execArgv: ['--import', '@swc-node/register/esm-register'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const instance = new Instance(name, child, judge);
    const started = await Promise.race([once(child, 'message'), instance.exit.then(() => undefined)]);
    if (started === undefined) throw new Error(`${name} ended instead of starting:\n${instance.output}`);
    return instance;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends by itself, without being told twice. */
  async stop(): Promise<unknown> {
    if (this.#child.connected) this.tell({ kind: 'stop' });
    return this.exit;
  }

  /** The part of its reads that it answers from memory, over so many milliseconds. */
  async hitRate(ms: number): Promise<number> {
    const [reads, loads] = [this.reads, this.loads];
    await pause(ms);
    return 1 - (this.loads - loads) / Math.max(1, this.reads - reads);
  }

  #take({ reads, writes, loads, failures }: Report): void {
    for (const [id, from, version, at] of reads) {
      this.#judge.answered(this.name, id, from, version);
      this.#judge.saw(id, version, at);
      this.latencies.reads.push(at - from);
    }
    for (const [id, from, version, at] of writes) {
      if (version !== undefined) this.#judge.saw(id, version, at);
      this.latencies.writes.push(at - from);
    }
    this.reads += reads.length;
    this.loads += loads;
    this.failures.push(...failures);
  }
}
