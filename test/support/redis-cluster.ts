// Three masters that share the slots of a cluster, and a fourth node that may take over from one of them.
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, RedisServer, type RedisSettings } from './redis-server.js';

const slots = 16_384;
const masters = 3;

export class RedisCluster {
  readonly #nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.#nodes = nodes;
  }

  static async start(): Promise<RedisCluster> {
    const buses = await Promise.all(Array.from({ length: masters + 1 }, freePort));
    const nodes = await Promise.all(buses.map((bus) => RedisServer.start(settings(bus))));
    const [first] = nodes;
    for (const [index, { port }] of nodes.entries()) {
      if (index > 0) await first!.client.call('CLUSTER', 'MEET', '127.0.0.1', port, buses[index]!);
    }
    const share = Math.ceil(slots / masters);
    for (const [index, { client }] of nodes.slice(0, masters).entries()) {
      const own = Array.from({ length: Math.min(share, slots - index * share) }, (_, slot) => index * share + slot);
      await client.cluster('ADDSLOTS', ...own);
    }
    const cluster = new RedisCluster(nodes);
    await cluster.together();
    return cluster;
  }

  get url(): string {
    return `redis+cluster://${this.#nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  }

  get masters(): readonly RedisServer[] {
    return this.#nodes.slice(0, masters);
  }

  /** The master that has the slot of a key. */
  async ownerOf(key: string): Promise<RedisServer> {
    for (const node of this.masters) {
      const answer = await node.client.get(key).catch(String);
      if (!String(answer).includes('MOVED')) return node;
    }
    throw new Error(`Nobody has ${key}.`);
  }

  /** The fourth node becomes a replica of that one, and then master in its place. */
  async failOver(owner: RedisServer): Promise<RedisServer> {
    const spare = this.#nodes.at(-1)!;
    const id = String(await owner.client.cluster('MYID'));
    await spare.client.cluster('REPLICATE', id);
    for (let info = ''; !info.includes('master_link_status:up');) {
      info = await spare.client.info('replication');
      await pause(20);
    }
    await owner.kill();
    await spare.client.cluster('FAILOVER', 'TAKEOVER');
    return spare;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  /** Done when every node knows all others, and may be written to: after a restart that takes two seconds. */
  async together(): Promise<void> {
    const isReady = async ({ client }: RedisServer) => {
      const info = String(await client.cluster('INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${this.#nodes.length}`);
    };
    for (let tries = 0; tries < 500; tries++) {
      const all = await Promise.all(this.#nodes.map(isReady));
      if (all.every(Boolean)) return;
      await pause(20);
    }
    throw new Error('The cluster has not come together.');
  }
}

function settings(bus: number): RedisSettings {
  return {
    'cluster-enabled': 'yes',
    'cluster-port': bus,
    'cluster-node-timeout': 2_000,
    'cluster-require-full-coverage': 'no',
  };
}
