import type { Cluster, Redis } from 'ioredis';
import type { Hold, Locks } from '../core/locks/locks.js';
import { extend } from './scripts/extend.js';
import { lock } from './scripts/lock.js';
import { release } from './scripts/release.js';
import { take } from './scripts/take.js';

const scripts = { take, extend, release };
type Script = keyof typeof scripts;
type Command = (key: string, holder: string, ttlMs: number) => Promise<unknown>;

export interface RedisLocksParts {
  readonly client: Redis | Cluster;
  /** What goes through it answers in time or rejects; `patient` calls may take longer, because nobody waits for them. */
  readonly within: <T>(call: () => Promise<T>, patient: boolean) => Promise<T>;
  readonly prefix: string;
  readonly newId: () => string;
}

/** Locks among all processes that share a Redis and a prefix: one key a lock, and one round trip a call. */
export class RedisLocks implements Locks {
  readonly #parts: RedisLocksParts;
  readonly #commands: Readonly<Record<Script, Command>>;

  constructor(parts: RedisLocksParts) {
    this.#parts = parts;
    const { client } = parts;
    const commands = Object.entries(scripts).map(([name, lua]) => {
      const command = `lock_${name}`;
      client.defineCommand(command, { numberOfKeys: 1, lua: lock + lua });
      return [name, (client as unknown as Record<string, Command>)[command]!.bind(client)] as const;
    });
    this.#commands = Object.fromEntries(commands) as Record<Script, Command>;
  }

  async take(name: string, ttlMs: number): Promise<Hold | undefined> {
    const { prefix, newId } = this.#parts;
    const key = `{${prefix}:lock:${name}}`;
    const holder = newId();
    const run = (script: Script, forMs: number, patient = false) =>
      this.#parts.within(() => this.#commands[script](key, holder, forMs), patient);
    const free = async (patient: boolean) => void (await run('release', 0, patient));
    try {
      const token = (await run('take', ttlMs)) as number | null;
      if (token === null) return undefined;
      return { token, extend: async (forMs) => (await run('extend', forMs)) === 1, release: () => free(false) };
    } catch (error) {
      // It may have been given all the same, and nobody would know whose it is.
      free(true).catch(() => {
        // Then it ends with its time.
      });
      throw error;
    }
  }
}
