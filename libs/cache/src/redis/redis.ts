import type { Channel, Coordinator } from '../coherence/coordinator.js';
import type { Locks } from '../core/locks/locks.js';
import { noScopeKeys, type ScopeKeys } from '../core/scope-keys.js';
import type { StatusBoard } from '../core/insight/status-board.js';
import type { Codec, SharedStore } from '../core/store.js';
import { Connections, usualPatience } from './connections.js';
import { RedisChannel } from './redis-channel.js';
import { RedisCoordinator } from './redis-coordinator.js';
import { RedisLocks } from './redis-locks.js';
import { RedisStatusBoard } from './redis-status-board.js';
import { RedisStore } from './redis-store.js';

export interface RedisParts {
  readonly url: string;
  readonly ca: string | undefined;
  readonly budgetMs: number;
  readonly prefix: string;
  readonly newId: () => string;
  readonly codec: Codec;
  readonly scopeKeys?: ScopeKeys;
  readonly today: () => number;
  readonly leftAlone?: (now: boolean) => void;
}

/** How long others wait for one of them to load what all need. A dead one costs them no more than this. */
const turnMs = 1_000;

/** List, entries and locks in Redis, as one instance reaches them. The only file that is imported from elsewhere, and only when it is needed. */
export interface RedisAccess {
  readonly coordinator: Coordinator;
  readonly channel: Channel;
  readonly store: SharedStore;
  readonly locks: Locks;
  readonly board: StatusBoard;
  start(): void;
  close(): Promise<void>;
}

export function openRedis({
  url,
  ca,
  budgetMs,
  prefix,
  newId,
  codec,
  scopeKeys = noScopeKeys,
  today,
  leftAlone = () => {},
}: RedisParts): RedisAccess {
  const connections = new Connections(url, { ...usualPatience, budgetMs, ca, leftAlone });
  const { store, within } = connections;
  const coordinator = new RedisCoordinator({ redis: store.client, within, prefix, newId });
  const locks = new RedisLocks({ client: store.client, within, prefix, newId });
  // Names of their own: nobody who locks by a key's name may keep others from loading it.
  const turns = new RedisLocks({ client: store.client, within, prefix: `${prefix}:turn`, newId });
  return {
    coordinator,
    channel: new RedisChannel(connections.channel, prefix),
    store: new RedisStore({ store, within, codec, scopeKeys, turns, turnMs, prefix, today }),
    locks,
    board: new RedisStatusBoard({ client: store.client, within, prefix }),
    start: () => connections.start(),
    close: () => connections.close(),
  };
}
