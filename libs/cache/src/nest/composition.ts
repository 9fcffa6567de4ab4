import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { alone } from '../coherence/alone.js';
import type { Coherence } from '../coherence/coherence.js';
import { usualTerms } from '../coherence/lease.js';
import { Shared } from '../coherence/shared.js';
import { EnvelopeCodec } from '../codec/codec.js';
import { Classes } from '../core/classes.js';
import { CacheError } from '../core/errors.js';
import type { Tell } from '../core/events.js';
import { kindOfKey } from '../core/key.js';
import { OwnLocks } from '../core/own-locks.js';
import { rememberedChanges, type Policy } from '../core/policy.js';
import { Runtime, type RuntimeParts } from '../core/runtime.js';
import { systemClock } from '../core/system-clock.js';
import type { RedisAccess, RedisParts } from '../redis/redis.js';
import { OutageRecords, type OutageTable } from '../typeorm/outage-records.js';
import { Witnesses } from '../typeorm/witnesses.js';
import { CacheLog } from './cache-log.js';
import type { CacheSettings } from './cache.options.js';
import type { RedisSettings } from './redis.options.js';

/** Whoever joins is told of all of them at once, and Redis does nothing else meanwhile. */
const mostSharedChanges = 20_000;

/** What a cache is made of. Put together by `compose`, the only place that knows which clock, log and registrar it has. */
export class Composition {
  readonly runtime: Runtime;
  /** Absent in a process that shares its list with no other. */
  readonly witnesses: Witnesses | undefined;
  readonly records: OutageRecords | undefined;
  /** Those whose instances other processes can read. */
  readonly classes: Classes | undefined;
  readonly #coherence: Coherence;
  readonly #mode: string;
  readonly #redis: RedisAccess | undefined;
  #started = false;

  constructor(parts: {
    readonly runtime: Runtime;
    readonly coherence: Coherence;
    readonly witnesses?: Witnesses;
    readonly records?: OutageRecords;
    readonly classes?: Classes;
    readonly mode: string;
    readonly redis?: RedisAccess;
  }) {
    this.runtime = parts.runtime;
    this.witnesses = parts.witnesses;
    this.records = parts.records;
    this.classes = parts.classes;
    this.#coherence = parts.coherence;
    this.#mode = parts.mode;
    this.#redis = parts.redis;
  }

  /** Says in one line how this process caches, and begins. Once: tests initialise an application twice. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    new Logger('Cache').log(this.#mode);
    if (!this.runtime.policy.enabled) return;
    this.#redis?.start();
    this.#coherence.start();
  }

  /** Leaves the others, so that none of them waits for this process. */
  async stop(): Promise<void> {
    await this.#coherence.stop();
    await this.#redis?.close();
    await this.records?.close();
  }
}

export async function compose({
  policy,
  redis: settings,
  encryptionKeys,
  outageTable,
}: CacheSettings): Promise<Composition> {
  const { tell } = new CacheLog();
  const runtimeOn = (parts: Pick<RuntimeParts, 'coherence' | 'store' | 'locks'>) => {
    const runtime = new Runtime({ policy, clock: systemClock, tell, ...parts });
    // Until the wiring follows the data sources, a write could pass unseen.
    runtime.reader.close();
    return runtime;
  };
  if (settings !== undefined && policy.enabled) {
    const shared = await share({ settings, policy, encryptionKeys, outageTable, tell });
    const { redis, coherence } = shared;
    const { store, locks } = redis;
    const mode = `Cached in memory, in step with every process that uses Redis at ${settings.place} and the prefix "${policy.prefix}".`;
    return new Composition({ ...shared, runtime: runtimeOn({ coherence, store, locks }), mode });
  }
  if (settings !== undefined) warnOfSilence();
  const coherence = alone(randomUUID(), rememberedChanges(policy));
  // What a resource remembers of a lock outlives the process.
  const locks = new OwnLocks(systemClock, Date.now() * 1_000);
  const mode = policy.enabled
    ? 'Cached in the memory of this process, for this process alone: REDIS_URL is not set.'
    : 'Nothing is cached: CACHE_ENABLED is false.';
  return new Composition({ runtime: runtimeOn({ coherence, locks }), coherence, mode });
}

interface Sharing {
  readonly settings: RedisSettings;
  readonly policy: Policy;
  readonly encryptionKeys: CacheSettings['encryptionKeys'];
  readonly outageTable: OutageTable;
  readonly tell: Tell;
}

async function share({ settings, policy, encryptionKeys, outageTable, tell }: Sharing) {
  const newId = () => randomUUID();
  const classes = new Classes();
  const codec = codecFor({ classes, policy, encryptionKeys, tell });
  const redis = await openRedis({ ...settings, prefix: policy.prefix, newId, codec, today: () => Date.now() });
  const witnesses = new Witnesses();
  const records = new OutageRecords(outageTable, tell);
  const coherence = new Shared({
    coordinator: redis.coordinator,
    channel: redis.channel,
    witness: witnesses,
    record: records,
    clock: systemClock,
    terms: usualTerms,
    newId,
    fault: (during, error) => tell({ kind: 'fault', during, error }),
    trusted: sayTrust(),
    bound: Math.min(rememberedChanges(policy), mostSharedChanges),
  });
  return { redis, coherence, witnesses, records, classes };
}

type CodecParts = Pick<Sharing, 'policy' | 'encryptionKeys' | 'tell'> & { readonly classes: Classes };

function codecFor({ classes, policy: { prefix }, encryptionKeys: keys, tell }: CodecParts): EnvelopeCodec {
  return new EnvelopeCodec({
    classes,
    keys,
    refused: (key, error) => tell({ kind: 'unshared', name: kindOfKey(key, prefix), error }),
    damaged: (key, error) => tell({ kind: 'unreadable', name: kindOfKey(key, prefix), error }),
  });
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
