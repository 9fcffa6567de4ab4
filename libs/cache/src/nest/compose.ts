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
import type { Tell } from '../core/events.js';
import { kindOfKey } from '../core/key.js';
import { LateLocks } from '../core/late-locks.js';
import type { Locks } from '../core/locks.js';
import { OwnLocks } from '../core/own-locks.js';
import { rememberedChanges } from '../core/policy.js';
import { Runtime, type RuntimeParts } from '../core/runtime.js';
import { noScopeKeys, type ScopeKeys } from '../core/scope-keys.js';
import { systemClock } from '../core/system-clock.js';
import type { RedisAccess, RedisParts } from '../redis/redis.js';
import { OutageRecords } from '../typeorm/outage-records.js';
import { TableOfScopeKeys } from '../typeorm/scope-keys.js';
import { Witnesses } from '../typeorm/witnesses.js';
import { CacheLog } from './cache-log.js';
import { classesFrom } from './cacheable.options.js';
import type { CacheSettings } from './cache.options.js';
import { Composition } from './composition.js';
import type { RedisSettings } from './redis.options.js';

/** Whoever joins is told of all of them at once, and Redis does nothing else meanwhile. */
const mostSharedChanges = 20_000;

/** Puts a cache together: the only place that knows which clock, log, registrar, store and locks it has. */
export async function compose(settings: CacheSettings): Promise<Composition> {
  const { tell } = new CacheLog();
  if (!settings.policy.enabled) return idle(settings, tell);
  return settings.redis === undefined ? alone(settings, tell) : share(settings, settings.redis, tell);
}

function runtimeOf(
  { policy }: CacheSettings,
  tell: Tell,
  parts: Pick<RuntimeParts, 'coherence' | 'store' | 'locks' | 'classes'>,
) {
  const runtime = new Runtime({ policy, clock: systemClock, tell, ...parts });
  // Until the wiring follows the data sources, a write could pass unseen.
  runtime.reader.close();
  return runtime;
}

/** With the cache off, locks still lock: among whom they would with the cache on. */
function idle(settings: CacheSettings, tell: Tell): Composition {
  const mode = 'Nothing is cached: CACHE_ENABLED is false.';
  const { redis } = settings;
  if (redis === undefined) return unshared(settings, tell, { locks: ownLocks(), mode });
  warnOfSilence();
  const opened: RedisAccess[] = [];
  const locks = new LateLocks(async () => {
    const access = await reach(settings, redis, { classes: new Classes(), scopeKeys: noScopeKeys }, tell);
    opened.push(access);
    access.start();
    return access.locks;
  });
  return unshared(settings, tell, { locks, mode, close: () => Promise.all(opened.map((access) => access.close())) });
}

function alone(settings: CacheSettings, tell: Tell): Composition {
  const mode = 'Cached in the memory of this process, for this process alone: REDIS_URL is not set.';
  return unshared(settings, tell, { locks: ownLocks(), mode, classes: classesFrom(settings.classes) });
}

interface Unshared {
  readonly locks: Locks;
  readonly mode: string;
  readonly classes?: Classes;
  readonly close?: () => Promise<unknown>;
}

function unshared(settings: CacheSettings, tell: Tell, { locks, ...parts }: Unshared): Composition {
  const coherence = coherenceOfOne(randomUUID(), rememberedChanges(settings.policy), nameOfProcess());
  const runtime = runtimeOf(settings, tell, { coherence, locks, classes: parts.classes });
  return new Composition({ runtime, coherence, ...parts });
}

/** What a resource remembers of a lock outlives the process, so tokens begin above those of the one before. */
function ownLocks(): Locks {
  return new OwnLocks(systemClock, Date.now() * 1_000);
}

async function share(settings: CacheSettings, place: RedisSettings, tell: Tell): Promise<Composition> {
  const { policy } = settings;
  const classes = classesFrom(settings.classes);
  const scopeKeys = new TableOfScopeKeys(settings.scopeKeys, () => coherence.replica, tell);
  const redis = await reach(settings, place, { classes, scopeKeys }, tell);
  const witnesses = new Witnesses();
  const records = new OutageRecords(settings.outageTable, tell);
  const coherence: Shared = new Shared({
    coordinator: redis.coordinator,
    channel: redis.channel,
    witness: witnesses,
    record: records,
    clock: systemClock,
    terms: usualTerms,
    newId: () => randomUUID(),
    newName: () => `${nameOfProcess()}:${randomUUID()}`,
    fault: (during, error) => tell({ kind: 'fault', during, error }),
    trusted: sayTrust(),
    bound: Math.min(rememberedChanges(policy), mostSharedChanges),
  });
  const { store, locks } = redis;
  const runtime = runtimeOf(settings, tell, { coherence, store, locks, classes });
  const mode = `Cached in memory, in step with every process that uses Redis at ${place.place} and the prefix "${policy.prefix}".`;
  const close = () => scopeKeys.close();
  return new Composition({ runtime, coherence, witnesses, records, classes, scopeKeys, redis, mode, close });
}

/** Whatever is known of what goes to Redis: how it is written, and under which secrets. */
interface Known {
  readonly classes: Classes;
  readonly scopeKeys: ScopeKeys;
}

function reach({ policy, encryptionKeys }: CacheSettings, place: RedisSettings, known: Known, tell: Tell) {
  const { prefix } = policy;
  const { classes, scopeKeys } = known;
  const codec = new EnvelopeCodec({
    classes,
    keys: encryptionKeys,
    refused: (key, error) => tell({ kind: 'unshared', name: kindOfKey(key, prefix), error }),
    damaged: (key, error) =>
      tell({ kind: 'unreadable', name: kindOfKey(key, prefix), error, isUsual: isOfOtherVersion(error) }),
  });
  return openRedis({ ...place, prefix, newId: () => randomUUID(), codec, scopeKeys, today: () => Date.now() });
}

/** Not unique: in a container everybody is the process 1. */
function nameOfProcess(): string {
  return `${hostname()}:${process.pid}`;
}

/** Each change once, and not each call that meets it. */
function sayTrust(): (now: boolean) => void {
  const logger = new Logger('Cache');
  let before = false;
  return (now) => {
    if (now)
      logger.log(
        before ? 'In step again: reads are answered from memory.' : 'In step: reads are answered from memory.',
      );
    else logger.warn('Out of step: reads are answered from the source.');
    before = true;
  };
}

/** Its packages are optional, so they are not imported before they are needed. */
async function openRedis(parts: RedisParts): Promise<RedisAccess> {
  let redis: typeof import('../redis/redis.js');
  try {
    redis = await import('../redis/redis.js');
  } catch (error) {
    const missing = missingPackage(error);
    if (missing === undefined) throw error;
    const advice =
      'Run npm install ioredis@5 cache-manager-ioredis-yet@2, or leave REDIS_URL out: then this process caches for itself alone.';
    const sentence = `REDIS_URL is set, and the package ${missing} is not installed. ${advice}`;
    throw new CacheError('CACHE_REDIS_MISSING', sentence, { cause: error });
  }
  return redis.openRedis(parts);
}

function missingPackage(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/MODULE_NOT_FOUND/.test(code ?? '')) return undefined;
  // Who wanted it stands behind, and may have a name of the kind itself.
  const [, wanted = ''] = /(?:package|module) '([^']*)'/.exec(message) ?? [];
  return ['cache-manager-ioredis-yet', 'ioredis'].find((name) => wanted.includes(name));
}

function warnOfSilence(): void {
  new Logger('Cache').warn(
    'CACHE_ENABLED is false and REDIS_URL is set: processes that use the same Redis do not hear of what this one writes. ' +
      'Switch the cache off in all of them, or in none.',
  );
}
