// What a Redis is asked, by whom, while somebody looks.
import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisServer } from './redis-server.js';

export interface Asked {
  readonly command: string;
  readonly args: readonly string[];
  /** An address, or `lua` for what a script asks. */
  readonly by: string;
}

export class Monitor {
  readonly #monitor: Redis;
  readonly #server: RedisServer;
  #asked: Asked[] = [];

  private constructor(monitor: Redis, server: RedisServer) {
    this.#monitor = monitor;
    this.#server = server;
    monitor.on('monitor', (_time: string, [command = '', ...args]: string[], by: string) => {
      this.#asked.push({ command: command.toUpperCase(), args, by });
    });
  }

  static async on(server: RedisServer): Promise<Monitor> {
    return new Monitor(await server.client.monitor(), server);
  }

  /** Everything since this was asked last, and before it is asked now. */
  async take(): Promise<readonly Asked[]> {
    const mark = `mark ${performance.now()}`;
    const isMark = ({ args }: Asked) => args[0] === mark;
    await this.#server.client.echo(mark);
    while (!this.#asked.some(isMark)) await pause(5);
    const at = this.#asked.findIndex(isMark);
    const asked = this.#asked.slice(0, at);
    this.#asked = this.#asked.slice(at + 1);
    return asked;
  }

  stop(): void {
    this.#monitor.disconnect();
  }
}
