// One data room among several: its process, which can be killed, halted and started again, and its own way to Redis.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Link } from './link.js';

export interface Setting {
  readonly main: string;
  /** Its working directory. */
  readonly folder: string;
  readonly link: Link;
  readonly variables: Readonly<Record<string, string>>;
}

const keptOutput = 20_000;

export class Instance {
  readonly name: string;
  readonly link: Link;
  readonly #setting: Setting;
  #child: ChildProcess | undefined;
  #output = '';
  #leaving = false;
  /** Nobody has told it to end, and it did. */
  readonly collapses: string[] = [];
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

  get output(): string {
    return this.#output;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
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
    this.#leaving = false;
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', (code, signal) => {
      process.off('exit', end);
      if (!this.#leaving) this.collapses.push(`${this.name} ended with ${signal ?? code}:\n${this.#output}`);
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += said.length < keptOutput ? text : '';
        this.#output = (this.#output + text).slice(-keptOutput);
      });
    }
    const ended = once(child, 'exit').then(() => false);
    for (;;) {
      const [, address] = /Answering on (http:\S+\d)\./.exec(said) ?? [];
      if (address) return void (this.address = new URL(address));
      const goesOn = await Promise.race([once(child.stdout, 'data').then(() => true), ended]);
      if (!goesOn) throw new Error(`${this.name} ended instead of answering:\n${said}`);
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

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#leaving = true;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
