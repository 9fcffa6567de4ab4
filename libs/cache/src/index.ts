/** What applications may use of the library: nothing else of it can be imported. */
export { type Reach } from './coherence/registrar.js';
export {
  Cache,
  type EntryToSet,
  type HeldLock,
  type KeepOptions,
  type LoadOptions,
  type LockOptions,
  type RevokeOptions,
} from './core/cache.js';
export { type Duration } from './core/duration.js';
export { CacheError, type CacheErrorCode } from './core/errors.js';
export { cacheKey, cacheTags, keyBuilder, type KeyBuilder, type KeyPart } from './core/key.js';
export { type CacheEvent, type EventOf } from './core/events.js';
export { type EventMessage, type InvalidatedMessage } from './core/insight/channels.js';
export { type Durations } from './core/insight/histogram.js';
export { type Invalidated, type InvalidatedListener } from './core/insight/listeners.js';
export { missReasons, type MethodStatistics, type MissReason } from './core/insight/counts.js';
export { type CacheStatistics } from './core/insight/statistics.js';
export { type LoadTrace } from './core/insight/tracing.js';
export { type CopyMode } from './core/keeping.js';
export { type Scope, type ScopeValue } from './core/scope.js';
export { type Listing, type WarmCalls, type WarmKeys, type WarmPace, type WarmPlan } from './core/ahead/warm-plan.js';
export { type WarmingReport } from './core/ahead/warming-report.js';
export { type CachedOptions } from './nest/methods/cached-options.js';
export { Cached } from './nest/methods/cached.decorator.js';
export { CachedMany } from './nest/methods/cached-many.decorator.js';
export { type BatchMethod, type CachedManyOptions } from './nest/methods/cached-many-options.js';
export { Cacheable } from './nest/methods/cacheable.decorator.js';
export {
  type CacheableClass,
  type CacheableClassOption,
  type CacheableOptions,
} from './nest/settings/cacheable.options.js';
export { CacheModule } from './nest/cache.module.js';
export { CacheConsoleModule } from './nest/console/cache-console.module.js';
export { type CacheConsoleOptions } from './nest/console/console.options.js';
export { type CacheModuleOptions, type ScopeOfRequest } from './nest/settings/cache.options.js';
export { InvalidatesTags } from './nest/methods/invalidates-tags.decorator.js';
export { InvalidatesTagsInterceptor } from './nest/methods/invalidates-tags.interceptor.js';
export { type ScopeOption, type ScopeSource } from './nest/methods/scope-option.js';
export { type WarmOption } from './nest/methods/warm-option.js';
export { CacheTags, type CacheTagsOptions } from './typeorm/entity-tags.js';
export { CacheOutage1763600000001 } from './typeorm/outage-table.js';
export { type OutageTable } from './typeorm/outage-records.js';
export { CacheScopeKey, CacheScopeKeys1763600000002, removeScopeKey } from './typeorm/scope-key.js';
