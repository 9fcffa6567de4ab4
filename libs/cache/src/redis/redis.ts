import type { Channel, Coordinator } from '../coherence/coordinator.js';
import { Connections, usualPatience } from './connections.js';
import { RedisChannel } from './redis-channel.js';
import { RedisCoordinator } from './redis-coordinator.js';

export interface RedisParts {
  readonly url: string;
  readonly prefix: string;
  readonly newId: () => string;
}

/** The list in Redis, as one instance reaches it. The only file that is imported from elsewhere, and only when it is needed. */
export interface RedisAccess {
  readonly coordinator: Coordinator;
  readonly channel: Channel;
  start(): void;
  close(): Promise<void>;
}

export function openRedis({ url, prefix, newId }: RedisParts): RedisAccess {
  const connections = new Connections(url, usualPatience);
  const { store, within } = connections;
  const coordinator = new RedisCoordinator({ redis: store.client, within, prefix, newId });
  return {
    coordinator,
    channel: new RedisChannel(connections.channel, prefix),
    start: () => connections.start(),
    close: () => connections.close(),
  };
}
