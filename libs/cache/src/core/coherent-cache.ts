import type { Reach } from '../coherence/registrar.js';
import { Claim, type Replica } from '../coherence/replica.js';
import { everything, watchedBy, type Tag } from '../coherence/tag.js';
import {
  Cache,
  type EntryToSet,
  type HeldLock,
  type KeepOptions,
  type LoadOptions,
  type LockOptions,
  type RevokeOptions,
} from './cache.js';
import type { Clock } from '../coherence/clock.js';
import { inspect } from 'node:util';
import type { MethodCounts } from './insight/counts.js';
import { millisecondsOf, type Duration } from './duration.js';
import { tagOfKey, type Kept } from './entry.js';
import { CacheError } from './errors.js';
import type { CacheEvent, EventOf, Events } from './events.js';
import type { Frames } from './frame.js';
import { keyBuilder, kindOfKey, type KeyPart } from './key.js';
import { underLock } from './locks/lock.js';
import type { Insight } from './insight/insight.js';
import type { InvalidatedListener } from './insight/listeners.js';
import type { Locks } from './locks/locks.js';
import type { MemoryStore } from './memory/memory-store.js';
import type { Policy } from './policy.js';
import type { Reader } from './reader.js';
import type { Scope } from './scope.js';
import { statisticsOf, type CacheStatistics } from './insight/statistics.js';
import type { SharedEntries } from './shared-entries.js';
import { tagList } from './tag.js';
import type { Put } from './transaction.js';
import type { Transactions } from './transactions.js';
import { lifeMs } from './ttls.js';
import type { WarmPlan } from './ahead/warm-plan.js';
import { workFrom } from './ahead/warm-work.js';
import type { Warmer } from './ahead/warmer.js';
import type { WarmingReport } from './ahead/warming-report.js';

export interface CacheParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly shared: SharedEntries;
  readonly reader: Reader;
  readonly transactions: Transactions;
  readonly locks: Locks;
  readonly frames: Frames;
  readonly insight: Insight;
  readonly events: Events;
  readonly warmer: Warmer;
}

const usualLockMs = 10_000;
/** No timer can be set for much longer, and whoever waits for a dead holder should not either. */
const longestLockMs = 86_400_000;

/** The injectable cache, put together from the read path and the write path. */
export class CoherentCache extends Cache {
  readonly #parts: CacheParts;
  readonly #key: (...parts: KeyPart[]) => string;

  constructor(parts: CacheParts) {
    super();
    this.#parts = parts;
    this.#key = keyBuilder(parts.policy.prefix);
  }

  override async get<T>(key: string): Promise<T | undefined> {
    return this.#parts.reader.peek(key, this.#countsOf(key)) as Promise<T | undefined>;
  }

  override async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    const { reader } = this.#parts;
    if (!reader.answers) return Promise.all(keys.map((key) => this.get<T>(key)));
    return reader.peeks.many(keys.map((key) => ({ key, counts: this.#countsOf(key) }))) as Promise<(T | undefined)[]>;
  }

  override async getOrLoad<T>(key: string, options: LoadOptions, load: () => Promise<T>): Promise<T> {
    const { policy, reader } = this.#parts;
    const ownMs = ownTtlOf(options);
    const tags = tagsIn(options);
    const timeoutMs = options.timeout === undefined ? undefined : lengthOf('timeout', options.timeout);
    return reader.read({
      key,
      name: kindOfKey(key, policy.prefix),
      counts: this.#countsOf(key),
      copy: options.copy ?? 'clone',
      timeoutMs,
      fallbackMs: policy.fallbackMs,
      load,
      tagsOf: () => tags,
      ttlOf: () => ownMs,
    });
  }

  override async set(key: string, value: unknown, options: KeepOptions = {}): Promise<void> {
    await this.setMany([{ ...options, key, value }]);
  }

  override async setMany(entries: readonly EntryToSet[]): Promise<void> {
    const { policy, transactions } = this.#parts;
    const told = entries.map((entry) => ({ ...entry, ownMs: ownTtlOf(entry), tags: tagsIn(entry) }));
    if (!policy.enabled) return;
    // Of one key the last entry counts. What cannot be kept must not leave the older value in its place.
    const puts = new Map<string, Put | undefined>();
    for (const { key, value, ownMs, tags } of told) {
      const kept = this.#admit(key, value);
      puts.set(key, kept && this.#put(key, kept, { ownMs, tags }));
    }
    await transactions.put(puts);
  }

  override async delete(key: string): Promise<void> {
    await this.invalidateTags([tagOfKey(key)]);
  }

  override async invalidateTags(tags: readonly string[]): Promise<void> {
    const changed = tagsIn({ tags });
    if (this.#parts.policy.enabled) await this.#parts.transactions.change(changed);
  }

  override async revoke(tags: readonly string[], { fallback = true }: RevokeOptions = {}): Promise<Reach | undefined> {
    const { policy, transactions } = this.#parts;
    return transactions.revoke(tagsIn({ tags }), fallback ? policy.fallbackMs : 0);
  }

  override async clear(): Promise<void> {
    const { transactions, reader } = this.#parts;
    await this.invalidateTags([everything]);
    if (transactions.current === undefined) reader.forget();
  }

  override async lock<T>(name: string, options: LockOptions, work: (held: HeldLock) => Promise<T>): Promise<T> {
    const { locks, clock } = this.#parts;
    const { ttl, wait } = options;
    const ttlMs = ttl === undefined ? usualLockMs : lengthOf('ttl', ttl, longestLockMs);
    const waitMs = wait === undefined || millisecondsOf(wait) === 0 ? 0 : lengthOf('wait', wait);
    return underLock({ locks, clock, name, ttlMs, waitMs }, work);
  }

  override within<T>(scope: Scope, work: () => T): T {
    const { frames } = this.#parts;
    const { surroundings } = frames;
    const own = { ...scope };
    return frames.within((name) => (Object.hasOwn(own, name) ? own[name] : surroundings?.(name)), work);
  }

  override async warm(plan: WarmPlan): Promise<WarmingReport> {
    return this.#parts.warmer.warm(workFrom(plan, this));
  }

  override statistics(): CacheStatistics {
    return statisticsOf(this.#parts);
  }

  override on<K extends CacheEvent['kind']>(kind: K, listener: (event: EventOf<K>) => void): () => void {
    return this.#parts.events.on(kind, listener);
  }

  override onInvalidated(tag: string, listener: InvalidatedListener): () => void {
    const [name] = tagsIn({ tags: [tag] });
    return this.#parts.insight.listeners.add(name!, listener);
  }

  override key(...parts: readonly KeyPart[]): string {
    return this.#key(...parts);
  }

  #countsOf(key: string): MethodCounts {
    return this.#parts.insight.counts.of(kindOfKey(key, this.#parts.policy.prefix));
  }

  #put(key: string, kept: Kept<unknown>, { ownMs, tags }: { ownMs: number | undefined; tags: readonly Tag[] }): Put {
    const { policy, clock, memory, shared } = this.#parts;
    const watched = watchedBy(tagOfKey(key), tags);
    const ttlMs = lifeMs(policy, { ownMs, name: kindOfKey(key, policy.prefix), tags });
    return {
      watched,
      keep: (stamp) => {
        const readAt = clock.now();
        const { fallbackMs } = policy;
        const claim = new Claim(stamp, watched);
        const origin = { loadedAt: readAt, tookMs: 0, by: undefined };
        const entry = { kept, claim, tags, expiresAt: readAt + ttlMs, readAt, fallbackMs, scope: undefined, ...origin };
        memory.set(key, entry);
        shared.put(key, entry);
      },
    };
  }

  #admit(key: string, value: unknown): Kept<unknown> | undefined {
    try {
      return this.#parts.memory.keeper.keep(value, 'clone');
    } catch (error) {
      this.#parts.events.tell({ kind: 'refused', name: kindOfKey(key, this.#parts.policy.prefix), error });
      return undefined;
    }
  }
}

function ownTtlOf({ ttl }: KeepOptions): number | undefined {
  return ttl === undefined ? undefined : lengthOf('ttl', ttl);
}

function tagsIn({ tags = [] }: KeepOptions): readonly string[] {
  try {
    return tagList(tags);
  } catch (error) {
    throw new CacheError('CACHE_OPTIONS_INVALID', `${(error as Error).message} Got ${inspect(tags)}.`);
  }
}

function lengthOf(option: string, duration: Duration, mostMs = Infinity): number {
  const ms = millisecondsOf(duration);
  if (ms !== undefined && ms > 0 && ms <= mostMs) return ms;
  const most = mostMs === Infinity ? '' : `, at most ${mostMs / 1_000} seconds`;
  const wanted = `must be seconds above 0 or a text such as '5m'${most}, got ${inspect(duration)}`;
  throw new CacheError('CACHE_OPTIONS_INVALID', `${option} ${wanted}. Leave it out for the default.`);
}
