import type { Reach } from '../coherence/registrar.js';
import type { Duration } from './duration.js';
import type { CacheEvent, EventOf } from './events.js';
import type { KeyPart } from './key.js';
import type { CopyMode } from './keeping.js';
import type { InvalidatedListener } from './insight/listeners.js';
import type { CacheStatistics } from './insight/statistics.js';
import type { Scope } from './scope.js';
import type { WarmPlan } from './ahead/warm-plan.js';
import type { WarmingReport } from './ahead/warming-report.js';

export interface KeepOptions {
  /** What a change to makes the value invalid. `folder:7` is also reached by a change to `folder:*`. */
  readonly tags?: readonly string[];
  /** Seconds, or `'5m'`. Default: what is set for its types (CACHE_TTL_FOLDER), or CACHE_TTL. */
  readonly ttl?: Duration;
}

export interface LoadOptions extends KeepOptions {
  /** `clone`: everybody gets a copy of his own. `freeze`: everybody gets the same, deeply frozen. Default: `clone`. */
  readonly copy?: CopyMode;
  /** How long this caller waits for the load; then it gets a CACHE_LOAD_TIMEOUT, while others may wait on. */
  readonly timeout?: Duration;
}

export interface EntryToSet extends KeepOptions {
  readonly key: string;
  readonly value: unknown;
}

export interface RevokeOptions {
  /**
   * False: what has these tags is read with `fallback: false` only, so nobody has to be waited for who may answer out of step.
   * Default: true, which takes CACHE_FALLBACK_TTL longer where several processes share a Redis.
   */
  readonly fallback?: boolean;
}

export interface LockOptions {
  /** How long others wait after its holder has died. While `work` runs it is extended. At most a day. Default: 10 seconds. */
  readonly ttl?: Duration;
  /** How long to wait for another holder; then it is a CACHE_LOCK_BUSY. Default: not at all. */
  readonly wait?: Duration;
}

export interface HeldLock {
  /** Greater than that of every earlier hold of the name: let the resource refuse whoever comes with a lower one. */
  readonly token: number;
  /** Fires when the lock could not be extended in time. */
  readonly signal: AbortSignal;
}

/**
 * The cache to inject. Within a transaction nothing is answered from it, and `set`, `delete`, `invalidateTags` and `clear`
 * take effect when the outermost transaction commits, and never if it rolls back.
 *
 * ```ts
 * constructor(private readonly cache: Cache) {}
 *
 * stats(id: string) {
 *   return this.cache.getOrLoad(cacheKey('stats', { id }), { tags: [`dataroom:${id}`] }, () => this.count(id));
 * }
 * ```
 */
export abstract class Cache {
  /** The kept value, or undefined; a kept `undefined` cannot be told from none, so prefer `getOrLoad`. */
  abstract get<T = unknown>(key: string): Promise<T | undefined>;
  /** The same for each of the keys, in one round trip, and all as they were at one instant. */
  abstract getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]>;

  /** The kept value, or what `load` gives; one load at a time for all who ask, and none kept that a change has overtaken. */
  abstract getOrLoad<T>(key: string, options: LoadOptions, load: () => Promise<T>): Promise<T>;

  /** Keeps a value that you know to be current. What came from a database is better kept by `getOrLoad`. */
  abstract set(key: string, value: unknown, options?: KeepOptions): Promise<void>;
  /** All of them at once: nobody is answered by some and by what stood in the place of others. Of one key the last one counts. */
  abstract setMany(entries: readonly EntryToSet[]): Promise<void>;

  abstract delete(key: string): Promise<void>;

  /** Done when nobody is answered from before it. Costs the same for one entry and for a million. */
  abstract invalidateTags(tags: readonly string[]): Promise<void>;
  abstract clear(): Promise<void>;

  /**
   * Done when no instance can answer from before it: each has confirmed it, or its lease has been waited out, and whoever may
   * answer out of step (CACHE_FALLBACK_TTL) has nothing left to answer with. Says who did what.
   *
   * Within a transaction it waits for nothing and gives undefined: it is a part of the commit, before which every instance is
   * waited for in the same way, though not for answers out of step.
   *
   * ```ts
   * const { confirmed, waitedOut } = (await this.cache.revoke([`link:${token}`], { fallback: false }))!;
   * ```
   */
  abstract revoke(tags: readonly string[], options?: RevokeOptions): Promise<Reach | undefined>;

  /**
   * Runs `work` while nobody else holds the name: no other process that shares Redis and prefix, without REDIS_URL nobody in
   * this one. What `work` gives or throws comes out as it is. Also with CACHE_ENABLED=false. Nobody is given it blindly: when
   * Redis does not answer it is a CACHE_LOCK_UNREACHABLE.
   *
   * It is a lease. A holder that stands still for longer than `ttl` (a blocked event loop, a stopped machine) does not know
   * that another one has it by now; two also hold it after Redis lost its memory (flush, eviction, failover), until the first
   * one hears so as it extends. Where two would do harm the resource itself must refuse a `token` below one it has seen.
   *
   * Those who wait are in no line. It is not re-entrant. Take it around a transaction: within one it is free again before the
   * others see what was written.
   */
  abstract lock<T>(name: string, options: LockOptions, work: (held: HeldLock) => Promise<T>): Promise<T>;

  /**
   * Runs `work` on behalf of these: what `@Cached({ scope: 'user' })` needs where no request says it, in jobs, queues and tests.
   * What it does not name stays as it is around.
   */
  abstract within<T>(scope: Scope, work: () => T): T;

  /**
   * Makes the calls of the plan, and so has their results kept before anybody asks for them. What is kept already, here or in Redis,
   * is not loaded; what fails is counted and keeps nothing else from being loaded. It waits until this process is in step, and while
   * another one is at a warming of the same name; then it finds what that one has done, or goes on where it died. Ends at once when
   * the application closes. `cache.on('warming', …)` tells how far it has come.
   *
   * For methods that are to be warmed at every start there is `@Cached({ warm: … })`.
   *
   * ```ts
   * const { loaded } = await this.cache.warm({ name: 'rooms', calls: () => ids.map((id) => () => this.rooms.contents(id)) });
   * ```
   */
  abstract warm(plan: WarmPlan): Promise<WarmingReport>;

  /** What this process has counted: read when it is asked for, and costs nothing until then. */
  abstract statistics(): CacheStatistics;

  /**
   * Calls the listener whenever something becomes of the cache: a result that cannot be kept, a fault, the loss of step with
   * other processes. The answer takes it back. Nothing happens on a hit.
   */
  abstract on<K extends CacheEvent['kind']>(kind: K, listener: (event: EventOf<K>) => void): () => void;

  /**
   * Calls the listener after every change to the tag that has been committed, by whichever process: `folder:7`, `folder:*` for any
   * folder, `*` for anything. Shortly after reads know of it, and never for a rollback. The answer takes it back.
   *
   * ```ts
   * onModuleInit() {
   *   this.cache.onInvalidated('dataroom:*', ({ tags }) => this.sockets.refresh(tags));
   * }
   * ```
   */
  abstract onInvalidated(tag: string, listener: InvalidatedListener): () => void;

  /** `cacheKey` with this cache's own prefix. */
  abstract key(...parts: readonly KeyPart[]): string;
}
