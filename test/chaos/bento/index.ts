// What the data room imports from @data-room/cache, on bentocache: the same application, reads and tags, another cache.
export { cacheKey, cacheTags } from '../../../libs/cache/src/core/key.js';
export { CacheOutage1763600000001 } from '../../../libs/cache/src/typeorm/outage-table.js';
export {
  CacheScopeKey,
  CacheScopeKeys1763600000002,
  removeScopeKey,
} from '../../../libs/cache/src/typeorm/scope-key.js';
export { Cache } from './cache.js';
export { CacheModule } from './cache.module.js';
export { CacheConsoleModule } from './watching.js';
export { Cached, CachedMany, InvalidatesTags } from './decorators.js';
