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
export { type CopyMode } from './core/keeping.js';
export { type Scope, type ScopeValue } from './core/scope.js';
export { type CachedOptions } from './nest/cached-options.js';
export { Cached } from './nest/cached.decorator.js';
export { Cacheable } from './nest/cacheable.decorator.js';
export { type CacheableClass, type CacheableClassOption, type CacheableOptions } from './nest/cacheable.options.js';
export { CacheModule } from './nest/cache.module.js';
export { type CacheModuleOptions, type ScopeOfRequest } from './nest/cache.options.js';
export { InvalidatesTags } from './nest/invalidates-tags.decorator.js';
export { InvalidatesTagsInterceptor } from './nest/invalidates-tags.interceptor.js';
export { type ScopeOption, type ScopeSource } from './nest/scope-option.js';
export { CacheTags, type CacheTagsOptions } from './typeorm/entity-tags.js';
export { CacheOutage1763600000001 } from './typeorm/outage-table.js';
export { type OutageTable } from './typeorm/outage-records.js';
export { CacheScopeKey, CacheScopeKeys1763600000002, removeScopeKey } from './typeorm/scope-key.js';
