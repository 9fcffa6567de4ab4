// A redis-server that a test may kill, freeze, restart empty or from its own snapshot, on one port throughout.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis } from './programs.mjs';

/** As in redis.conf; what has several words has spaces between them. */
export type RedisSettings = Readonly<Record<string, string | number>>;

export class RedisServer {
  readonly url: string;
  readonly port: number;
  readonly #folder: string;
  readonly #settings: RedisSettings;
  #process: ChildProcess | undefined;
  /** For questions of the test itself. */
  readonly client: Redis;

  private constructor(port: number, folder: string, settings: RedisSettings) {
    this.port = port;
    this.#settings = settings;
    this.#folder = folder;
    this.url = `redis://127.0.0.1:${port}`;
    const own = { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null, disconnectTimeout: 100 };
    this.client = new Redis(this.url, own);
    this.client.on('error', () => {}); // it is killed on purpose
  }

  static async start(settings: RedisSettings = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'data-room-redis-')), settings);
    await server.launch();
    return server;
  }

  async launch(): Promise<void> {
    const program = findRedis();
    if (program === undefined) throw new Error('There is no redis-server on this machine.');
    const usual = { port: this.port, bind: '127.0.0.1', dir: this.#folder, save: '', appendonly: 'no' };
    const settings = Object.entries({ ...usual, ...this.#settings });
    const args = settings.flatMap(([name, value]) => [`--${name}`, ...String(value).split(' ')]);
    const child = spawn(program, args, { stdio: 'ignore' });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    this.#process = child;
    for (let answer = ''; answer !== 'PONG';) {
      answer = await this.client.ping().catch(() => pause(20).then(() => ''));
    }
  }

  /** Ends it as a crash would; the next launch finds a snapshot if one was saved. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Closes the connections of all that subscribe. */
  async killSubscribers(): Promise<void> {
    await this.client.client('KILL', 'TYPE', 'pubsub');
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
