// The data room as an operator meets it: its real main, in a process and a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const main = resolve('test/support/data-room-main.child.mjs');

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'data-room-'));
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

interface Setting {
  readonly folder?: string;
  readonly variables: Readonly<Record<string, string>>;
}

export class DataRoomProcess {
  readonly #child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  /** With these variables and no others of the tests; `folder` becomes its working directory. */
  static start(folder: string, variables: Record<string, string> = {}): DataRoomProcess {
    return DataRoomProcess.#spawn(['--import', '@swc-node/register/esm-register', main, folder], { variables });
  }

  /** From a main that has been compiled, which takes a fraction of the time. */
  static startCompiled(compiled: string, setting: Setting & { readonly folder: string }): DataRoomProcess {
    return DataRoomProcess.#spawn([compiled], setting);
  }

  static #spawn(program: readonly string[], { folder, variables }: Setting): DataRoomProcess {
    const child = spawn(process.execPath, program, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NO_COLOR: '1',
        PORT: '0',
        THROTTLE_LIMIT: '0',
        ...variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new DataRoomProcess(child);
  }

  get output(): string {
    return this.#output;
  }

  /** The address that it says it answers on. */
  async address(): Promise<string> {
    const ended = this.exit.then((code) => {
      throw new Error(`It ended with ${code} instead of answering:\n${this.#output}`);
    });
    for (;;) {
      const [, address] = /Answering on (http:\S+\d)\./.exec(this.#output) ?? [];
      if (address) return address;
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), ended]);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.#child.kill(signal);
    return this.exit;
  }
}
