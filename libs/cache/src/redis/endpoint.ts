import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.js';
import { slotOf } from './slot.js';

const retryMs = 50;
const longestRetryMs = 500;
/** A node that has gone is found out by calls; one that has come, by asking now and then. */
const refreshMs = 10_000;
const redirections = 5;

export interface EndpointParts {
  readonly address: RedisAddress;
  /** PEM of whoever has signed the servers' certificates; undefined: one of those that Node knows. */
  readonly ca: string | undefined;
  /** How long the making of a connection, and a question asked for that, may take. */
  readonly patienceMs: number;
  /** No command is waited for longer, whoever asks. */
  readonly longestMs: number;
}

/** What an address names - a server, the master that Sentinels know, or a cluster - and how clients for it are made. */
export class Endpoint {
  readonly #parts: EndpointParts;
  readonly #common: RedisOptions;

  constructor(parts: EndpointParts) {
    const { address, ca, patienceMs, longestMs } = parts;
    const { username, password, family } = address;
    this.#parts = parts;
    this.#common = {
      lazyConnect: true,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(address.tls && { tls: ca === undefined ? {} : { ca } }),
      family,
      connectTimeout: patienceMs,
      // For what ioredis asks by itself before it calls a connection ready, and for subscribing.
      commandTimeout: longestMs,
      // Of one that is already closed ioredis thinks that it is still to be closed, and keeps the process for this long.
      disconnectTimeout: 100,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
    };
  }

  /** Made again by itself whenever it is lost. */
  caller(): Redis | Cluster {
    const { address, patienceMs } = this.#parts;
    if (address.kind === 'cluster') {
      return new Cluster([...address.nodes], {
        lazyConnect: true,
        redisOptions: this.#common,
        // A certificate is for the name and not for what it stands for.
        dnsLookup: (name, found) => found(null, name),
        enableOfflineQueue: false,
        clusterRetryStrategy: retry,
        maxRedirections: redirections,
        retryDelayOnFailover: retryMs,
        retryDelayOnClusterDown: retryMs,
        retryDelayOnTryAgain: retryMs,
        slotsRefreshTimeout: patienceMs,
        slotsRefreshInterval: refreshMs,
      });
    }
    return new Redis({
      ...this.#single(),
      retryStrategy: retry,
      sentinelRetryStrategy: retry,
      // A master that was made a replica keeps its connections, and would refuse for ever.
      reconnectOnError: ({ message }) => message.includes('READONLY'),
    });
  }

  /** One that is lost when it is lost; of a cluster, on the node that has the key. The client connects it and disconnects it. */
  async listener(caller: Redis | Cluster, key: string): Promise<Redis> {
    const once = { enableReadyCheck: false, retryStrategy: () => null, sentinelRetryStrategy: () => null };
    if (!(caller instanceof Cluster)) return new Redis({ ...this.#single(), ...once });
    return new Redis({ ...this.#common, ...once, ...(await ownerOf(caller, key)) });
  }

  #single(): RedisOptions {
    const { address, patienceMs } = this.#parts;
    const { nodes, db, master, sentinelUsername, sentinelPassword } = address;
    if (address.kind === 'server') return { ...this.#common, ...nodes[0], db };
    const { tls } = this.#common;
    return {
      ...this.#common,
      db,
      sentinels: [...nodes],
      name: master!,
      sentinelCommandTimeout: patienceMs,
      ...(sentinelUsername !== undefined && { sentinelUsername }),
      ...(sentinelPassword !== undefined && { sentinelPassword }),
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    };
  }
}

/** Asked each time: the life before may have ended because it is another node now. */
async function ownerOf(cluster: Cluster, key: string): Promise<{ readonly host: string; readonly port: number }> {
  await new Promise<void>((resolve, reject) =>
    cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve())),
  );
  const [name = ''] = cluster.slots[slotOf(key)] ?? [];
  const at = name.lastIndexOf(':');
  if (at < 0) throw new Error('No node of the Redis Cluster has the slot of the list.');
  return { host: name.slice(0, at), port: Number(name.slice(at + 1)) };
}

function retry(times: number): number {
  return Math.min(times * retryMs, longestRetryMs);
}
