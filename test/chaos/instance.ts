// One data room among several: its process, which can be killed, halted and started again, and its own way to Redis.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Link } from './link.js';

/** A process that nobody had told to end. */
export interface Collapse {
  readonly at: number;
  readonly sentence: string;
}

export interface Setting {
  readonly main: string;
  /** Its working directory. */
  readonly folder: string;
  readonly link: Link;
  readonly variables: Readonly<Record<string, string>>;
}

const keptOutput = 6_000;
const boots = 5;
const restMs = 500;

export class Instance {
  readonly name: string;
  readonly link: Link;
  readonly #setting: Setting;
  #child: ChildProcess | undefined;
  /** Changes whenever somebody says that it shall run, or end. */
  #order = 0;
  /** After each it was started again, as a supervisor would. */
  readonly collapses: Collapse[] = [];
  /** Where it answers, or has answered. */
  address: URL = new URL('http://127.0.0.1:1');
  /** Requests that it has not answered yet. */
  busy = 0;
  /** May be sent new ones. */
  inRotation = true;

  constructor(name: string, setting: Setting) {
    this.name = name;
    this.link = setting.link;
    this.#setting = setting;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const order = ++this.#order;
    for (let boot = 1; order === this.#order; boot++) {
      if (await this.#boot(order)) return;
      if (boot === boots) throw new Error(`It does not start. ${this.collapses.at(-1)?.sentence}`);
      await pause(restMs);
    }
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** As an operator ends it. */
  leave(): Promise<void> {
    return this.#end('SIGTERM');
  }

  halt(): void {
    this.#child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Whether it came to answering. */
  async #boot(order: number): Promise<boolean> {
    const { main, folder, link, variables } = this.#setting;
    const child = spawn(process.execPath, [main], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NO_COLOR: '1',
        PORT: '0',
        THROTTLE_LIMIT: '0',
        REDIS_URL: link.url,
        ...variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    let said = '';
    let answers = false;
    const ended = once(child, 'exit').then(([code, signal]) => {
      process.off('exit', end);
      if (order !== this.#order) return;
      const sentence = `${this.name} ended with ${signal ?? code}:\n${said}`;
      this.collapses.push({ at: performance.now(), sentence });
      if (answers) void this.#revive(order);
    });
    return new Promise((resolve) => {
      void ended.then(() => resolve(false));
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-keptOutput);
          const [, address] = /Answering on (http:\S+\d)\./.exec(said) ?? [];
          if (answers || address === undefined) return;
          answers = true;
          this.address = new URL(address);
          resolve(true);
        });
      }
    });
  }

  async #revive(order: number): Promise<void> {
    await pause(restMs);
    if (order !== this.#order) return;
    await this.start().catch(() => {}); // it stays away, and its collapses are told
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#order++;
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
