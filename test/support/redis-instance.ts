// One instance among others on a real Redis, without an application around it.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Tag } from '../../libs/cache/src/coherence/tag.js';
import { usualTerms } from '../../libs/cache/src/coherence/lease.js';
import { noRecord } from '../../libs/cache/src/coherence/record.js';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { Shared } from '../../libs/cache/src/coherence/shared.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { Connections, usualPatience } from '../../libs/cache/src/redis/connections.js';
import { RedisChannel } from '../../libs/cache/src/redis/redis-channel.js';
import { RedisCoordinator } from '../../libs/cache/src/redis/redis-coordinator.js';

export class RedisInstance {
  readonly connections: Connections;
  readonly #shared: Shared;
  readonly faults: string[] = [];
  /** Of each script, how often it was called. */
  readonly calls = new Map<string, number>();
  trusted = false;

  private constructor(url: string, prefix: string) {
    this.connections = new Connections(url, usualPatience);
    const { store, within } = this.connections;
    const coordinator = new RedisCoordinator({ redis: store.client, within, prefix, newId: randomUUID });
    this.#shared = new Shared({
      coordinator: this.#counted(coordinator),
      channel: new RedisChannel(this.connections.channel, prefix),
      witness: { ended: () => Promise.resolve(true) },
      record: noRecord,
      clock: systemClock,
      terms: usualTerms,
      newId: randomUUID,
      newName: randomUUID,
      fault: (during, error) => void this.faults.push(`${during}: ${String(error)}`),
      trusted: (now) => void (this.trusted = now),
      bound: 1_000,
    });
  }

  static start(url: string, prefix: string): RedisInstance {
    const instance = new RedisInstance(url, prefix);
    instance.connections.start();
    instance.#shared.start();
    return instance;
  }

  /** As a transaction does it; gives the milliseconds for which its COMMIT waited. */
  async commit(tags: readonly Tag[]): Promise<number> {
    const { registrar } = this.#shared;
    const begunAt = performance.now();
    const fence = await registrar.fence(tags, 'a transaction');
    const waitedMs = performance.now() - begunAt;
    await registrar.settle(fence, tags);
    return waitedMs;
  }

  /** Of the connection for calls, as the server sees it. */
  get address(): string {
    const { client } = this.connections.store;
    if (!(client instanceof Redis)) throw new Error('A cluster is not called from one address.');
    const { localAddress, localPort } = client.stream as Socket;
    return `${localAddress}:${localPort}`;
  }

  get epoch(): string {
    return this.#shared.replica.stamp.epoch;
  }

  /** What something says of itself that is read now, and depends on these. */
  claim(tags: readonly Tag[]): Claim {
    return new Claim(this.#shared.replica.stamp, tags);
  }

  vouchesFor(claim: Claim): boolean {
    return this.#shared.replica.vouchesFor(claim);
  }

  /** Done when that many of them, all if nothing else is said, are in step. */
  static async inStep(instances: readonly RedisInstance[], count = instances.length): Promise<void> {
    const trusted = () => instances.filter((instance) => instance.trusted).length;
    for (let tries = 0; trusted() !== count && tries < 1_500; tries++) await pause(10);
    if (trusted() !== count) throw new Error(`${trusted()} and not ${count} of them are in step.`);
  }

  async stop(): Promise<void> {
    await this.#shared.stop();
    await this.connections.close();
  }

  #counted(coordinator: RedisCoordinator): RedisCoordinator {
    return new Proxy(coordinator, {
      get: (target, name: keyof RedisCoordinator) => {
        this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
        return target[name].bind(target);
      },
    });
  }
}
