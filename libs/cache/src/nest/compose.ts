import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import { alone as coherenceOfOne } from '../coherence/alone.js';
import { usualTerms } from '../coherence/lease.js';
import { Shared } from '../coherence/shared.js';
import { EnvelopeCodec } from '../codec/codec.js';
import { isOfOtherVersion } from '../codec/envelope.js';
import { Classes } from '../core/classes.js';
import { CacheError } from '../core/errors.js';
import { Events } from '../core/events.js';
import { kindOfKey } from '../core/key.js';
import { LateLocks } from '../core/locks/late-locks.js';
import type { Locks } from '../core/locks/locks.js';
import { missingAmong } from '../core/optional-package.js';
import { OwnLocks } from '../core/locks/own-locks.js';
import { rememberedChanges } from '../core/policy.js';
import { Runtime, type RuntimeParts } from '../core/runtime.js';
import { noScopeKeys, type ScopeKeys } from '../core/scope-keys.js';
import { systemClock } from '../core/system-clock.js';
import type { RedisAccess, RedisParts } from '../redis/redis.js';
import { OutageRecords } from '../typeorm/outage-records.js';
import { TableOfScopeKeys } from '../typeorm/scope-keys.js';
import { Witnesses } from '../typeorm/witnesses.js';
import { CacheLog } from './cache-log.js';
import { classesFrom } from './settings/cacheable.options.js';
import { Composition } from './composition.js';
import { Lives } from './lives.js';
import type { RedisSettings } from './settings/redis.options.js';
import type { CacheSettings } from './settings/settings.js';

/** Whoever joins is told of all of them at once, and Redis does nothing else meanwhile. */
const mostSharedChanges = 20_000;

/** Puts a cache together: the only place that knows which clock, log, registrar, store and locks it has. */
export async function compose(settings: CacheSettings): Promise<Composition> {
  const events = new Events(new CacheLog().tell);
  if (!settings.policy.enabled) return idle(settings, events);
  return settings.redis === undefined ? alone(settings, events) : share(settings, settings.redis, events);
}

function runtimeOf(
  { policy }: CacheSettings,
  events: Events,
  parts: Pick<RuntimeParts, 'coherence' | 'store' | 'locks' | 'classes'>,
) {
  const runtime = new Runtime({
    policy,
    clock: systemClock,
    tell: events.tell,
    events,
    name: nameOfProcess(),
    chance: Math.random,
    ...parts,
  });
  // Until the wiring follows the data sources, a write could pass unseen.
  runtime.reader.close();
  return runtime;
}

/** With the cache off, locks still lock: among whom they would with the cache on. */
function idle(settings: CacheSettings, events: Events): Composition {
  const mode = 'Nothing is cached: CACHE_ENABLED is false.';
  const { redis } = settings;
  if (redis === undefined) return unshared(settings, events, { locks: ownLocks(), mode });
  warnOfSilence();
  const opened: RedisAccess[] = [];
  const locks = new LateLocks(async () => {
    const access = await reach(settings, redis, { classes: new Classes(), scopeKeys: noScopeKeys }, events);
    opened.push(access);
    access.start();
    return access.locks;
  });
  return unshared(settings, events, { locks, mode, close: () => Promise.all(opened.map((access) => access.close())) });
}

function alone(settings: CacheSettings, events: Events): Composition {
  const mode = 'Cached in the memory of this process, for this process alone: REDIS_URL is not set.';
  return unshared(settings, events, { locks: ownLocks(), mode, classes: classesFrom(settings.classes) });
}

interface Unshared {
  readonly locks: Locks;
  readonly mode: string;
  readonly classes?: Classes;
  readonly close?: () => Promise<unknown>;
}

function unshared(settings: CacheSettings, events: Events, { locks, ...parts }: Unshared): Composition {
  const coherence = coherenceOfOne(randomUUID(), rememberedChanges(settings.policy), nameOfProcess());
  const runtime = runtimeOf(settings, events, { coherence, locks, classes: parts.classes });
  return new Composition({ runtime, settings, lives: livesOfProcess(), coherence, ...parts });
}

/** What a resource remembers of a lock outlives the process, so tokens begin above those of the one before. */
function ownLocks(): Locks {
  return new OwnLocks(systemClock, Date.now() * 1_000);
}

async function share(settings: CacheSettings, place: RedisSettings, events: Events): Promise<Composition> {
  const { policy } = settings;
  const { tell } = events;
  const classes = classesFrom(settings.classes);
  const scopeKeys = new TableOfScopeKeys(settings.scopeKeys, () => coherence.replica, tell);
  const redis = await reach(settings, place, { classes, scopeKeys }, events);
  const witnesses = new Witnesses();
  const records = new OutageRecords(settings.outageTable, tell);
  const lives = livesOfProcess();
  const coherence: Shared = new Shared({
    coordinator: redis.coordinator,
    channel: redis.channel,
    witness: witnesses,
    record: records,
    clock: systemClock,
    terms: usualTerms,
    newId: () => randomUUID(),
    newName: () => lives.begin(),
    fault: (during, error) => tell({ kind: 'fault', during, error }),
    trusted: (inStep) => tell({ kind: 'trust', inStep }),
    bound: Math.min(rememberedChanges(policy), mostSharedChanges),
  });
  const { store, locks } = redis;
  const runtime = runtimeOf(settings, events, { coherence, store, locks, classes });
  const mode = `Cached in memory, in step with every process that uses Redis at ${place.place} and the prefix "${policy.prefix}".`;
  const close = () => scopeKeys.close();
  const known = { witnesses, records, classes, scopeKeys };
  return new Composition({ runtime, settings, lives, coherence, ...known, redis, mode, close });
}

/** Whatever is known of what goes to Redis: how it is written, and under which secrets. */
interface Known {
  readonly classes: Classes;
  readonly scopeKeys: ScopeKeys;
}

function reach({ policy, encryptionKeys }: CacheSettings, place: RedisSettings, known: Known, { tell }: Events) {
  const { prefix } = policy;
  const { classes, scopeKeys } = known;
  const codec = new EnvelopeCodec({
    classes,
    keys: encryptionKeys,
    refused: (key, error) => tell({ kind: 'unshared', name: kindOfKey(key, prefix), error }),
    damaged: (key, error) =>
      tell({ kind: 'unreadable', name: kindOfKey(key, prefix), error, isUsual: isOfOtherVersion(error) }),
  });
  const leftAlone = (open: boolean) => tell({ kind: 'breaker', open });
  const ports = { newId: () => randomUUID(), today: () => Date.now(), leftAlone };
  return openRedis({ ...place, ...ports, prefix, codec, scopeKeys });
}

/** Not unique: in a container everybody is the process 1. */
function nameOfProcess(): string {
  return `${hostname()}:${process.pid}`;
}

function livesOfProcess(): Lives {
  return new Lives(nameOfProcess(), () => randomUUID());
}

/** Its packages are optional, so they are not imported before they are needed. */
async function openRedis(parts: RedisParts): Promise<RedisAccess> {
  let redis: typeof import('../redis/redis.js');
  try {
    redis = await import('../redis/redis.js');
  } catch (error) {
    const missing = missingAmong(['cache-manager-ioredis-yet', 'ioredis'], error);
    if (missing === undefined) throw error;
    const advice =
      'Run npm install ioredis@5 cache-manager-ioredis-yet@2, or leave REDIS_URL out: then this process caches for itself alone.';
    const sentence = `REDIS_URL is set, and the package ${missing} is not installed. ${advice}`;
    throw new CacheError('CACHE_REDIS_MISSING', sentence, { cause: error });
  }
  return redis.openRedis(parts);
}

function warnOfSilence(): void {
  new Logger('Cache').warn(
    'CACHE_ENABLED is false and REDIS_URL is set: processes that use the same Redis do not hear of what this one writes. ' +
      'Switch the cache off in all of them, or in none.',
  );
}
