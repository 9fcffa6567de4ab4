// A Sentinel with the master and the replica that it watches over. The replica can be cut off from the master, to lag behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis } from './programs.mjs';
import { freePort, RedisServer } from './redis-server.js';

const masterName = 'my.master-1';

export class RedisSentinel {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #client: Redis;
  readonly port: number;

  private constructor(parts: {
    readonly master: RedisServer;
    readonly replica: RedisServer;
    readonly folder: string;
    readonly process: ChildProcess;
    readonly port: number;
  }) {
    this.master = parts.master;
    this.replica = parts.replica;
    this.port = parts.port;
    this.#folder = parts.folder;
    this.#process = parts.process;
    this.#client = new Redis(parts.port, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    this.#client.on('error', () => {}); // it is asked before it listens
  }

  /** `downAfterMs`: how long the master may be silent. */
  static async start(downAfterMs: number): Promise<RedisSentinel> {
    const [master, port] = await Promise.all([RedisServer.start(), freePort()]);
    await master.client.acl('SETUSER', 'replica', 'on', '>secret', '+psync', '+replconf', '+ping');
    const login = { masteruser: 'replica', masterauth: 'secret' };
    const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}`, ...login });
    const folder = await mkdtemp(join(tmpdir(), 'data-room-sentinel-'));
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
      `sentinel failover-timeout ${masterName} 3000`,
    ];
    await writeFile(join(folder, 'sentinel.conf'), lines.join('\n'));
    const child = spawn(findRedis()!, [join(folder, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    const sentinel = new RedisSentinel({ master, replica, folder, process: child, port });
    await sentinel.#until(async () => (await sentinel.#client.call('SENTINEL', 'replicas', masterName)) as unknown[]);
    return sentinel;
  }

  get url(): string {
    return `redis+sentinel://127.0.0.1:1,127.0.0.1:${this.port}/${masterName}`;
  }

  /** From now on the replica hears nothing of what the master does. */
  async cutOff(): Promise<void> {
    await this.master.client.acl('DELUSER', 'replica');
    await this.master.client.client('KILL', 'TYPE', 'replica');
  }

  /** The master dies, and the replica is made master with what it has. */
  async failOver(): Promise<void> {
    await this.master.kill();
    await this.#until(async () => ((await this.replica.client.role())[0] === 'master' ? [1] : []));
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    await Promise.all([this.master.stop(), this.replica.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #until(met: () => Promise<readonly unknown[]>): Promise<void> {
    for (let tries = 0; tries < 1_000; tries++) {
      if ((await met().catch(() => [])).length > 0) return;
      await pause(20);
    }
    throw new Error('The Sentinel has not done what was expected.');
  }
}
