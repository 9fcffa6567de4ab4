import type { ExecutionContext } from '@nestjs/common';
import type { Duration } from '../../core/duration.js';
import type { ScopeValue } from '../../core/scope.js';
import type { OutageTable } from '../../typeorm/outage-records.js';
import type { CacheableClassOption } from './cacheable.options.js';

/** What `forRoot` takes. Whatever is left out comes from the environment, and then from the defaults. */
export interface CacheModuleOptions {
  /** How long an entry lasts if nothing invalidates it. Seconds or `'5m'`. CACHE_TTL, 300 */
  readonly ttl?: Duration;
  /**
   * Instead of `ttl`, for entries with tags of a type, `folder` for `folder:7`, or of a cached method: `{ folder: '1m',
   * 'FolderService.contents': 30 }`. Of several the shortest counts, and for a `ttl` of its own it is the most. CACHE_TTL_FOLDER
   */
  readonly ttls?: Readonly<Record<string, Duration>>;
  /** False: every decorator passes through. CACHE_ENABLED, true */
  readonly enabled?: boolean;
  /** Of the Redis through which several processes keep in step. REDIS_URL; absent: this process caches for itself alone. */
  readonly redisUrl?: string;
  /** The file with the certificate of whoever has signed that of a rediss:// server. CACHE_REDIS_CA; absent: those Node knows. */
  readonly redisCa?: string;
  /**
   * Of 32 bytes in base64: what stands in Redis is encrypted with the first, and decrypted with all. CACHE_ENCRYPTION_KEYS;
   * absent: it is not encrypted.
   */
  readonly encryptionKeys?: readonly string[];
  /** How many milliseconds a call to Redis may cost whoever waits for it. CACHE_BUDGET_MS, 100 */
  readonly budgetMs?: number;
  /** What all keys begin with. CACHE_PREFIX, `dataroom` */
  readonly prefix?: string;
  /**
   * The table `cache_outage`, through which writers are heard that cannot reach Redis. `use`: where PostgreSQL has it;
   * `create`: make it at boot; `off`: do without. CACHE_OUTAGE_TABLE, `use`
   */
  readonly outageTable?: OutageTable;
  /**
   * How old an answer from memory may be while this process cannot know what others write; its own writes are seen at once.
   * Seconds or `'5m'`; 0: then the source is asked. CACHE_FALLBACK_TTL, 5
   */
  readonly fallbackTtl?: Duration;
  /**
   * Classes whose instances may be cached and shared, as `@Cacheable()` says it of others: `[Money, [Price, { version: 2 }]]`.
   * Those of TypeORM's rows are known without.
   */
  readonly classes?: readonly CacheableClassOption[];
  /** Bounds of the memory. CACHE_MAX_MB, 128; CACHE_MAX_ENTRIES, 100 000 */
  readonly maxMegabytes?: number;
  readonly maxEntries?: number;
  /** How often what has expired is removed from the memory. Seconds or `'5m'`. CACHE_PURGE_INTERVAL, 1 */
  readonly purgeInterval?: Duration;
  /**
   * The part of the memory, in per cent, that one data room, or whatever else a `scope` names, may hold when others want it;
   * beyond it, its own entries go first. CACHE_MAX_SCOPE_SHARE, 25
   */
  readonly maxScopeShare?: number;
  /** The part of hits, from 0 to 1, that is compared with what the source gives. CACHE_AUDIT_RATE, 0 */
  readonly auditRate?: number;
  /** True: a method with `@Cached` and no `scope` stops the boot. CACHE_REQUIRE_SCOPE, false */
  readonly requireScope?: boolean;
  /**
   * Names of scopes, `['dataroom']`, of which each has a secret of its own in the table `cache_scope_key`: who removes the row
   * (`removeScopeKey`) makes every copy in Redis unreadable, in its backups too.
   */
  readonly scopeKeys?: readonly string[];
  /**
   * On whose behalf a request is made, once guards have let it pass, for `@Cached({ scope: 'user' })`:
   * `(context) => ({ user: context.switchToHttp().getRequest().user?.id })`.
   */
  readonly scopeOf?: ScopeOfRequest;
}

/** What a name is left out for, or undefined, nobody is. */
export type ScopeOfRequest = (
  context: ExecutionContext,
) => Readonly<Record<string, ScopeValue | null | undefined>> | undefined;
