/** Registered symbols, so that two copies of this package (ESM and CommonJS) mean the same thing by them. */
export const RUNTIME = Symbol.for('@data-room/cache:runtime');
export const CACHED = Symbol.for('@data-room/cache:cached');
export const INVALIDATES = Symbol.for('@data-room/cache:invalidates');
/** What CacheModule was told of on whose behalf requests are made. */
export const SCOPE_OF = Symbol.for('@data-room/cache:scope-of');
/** The token of @nestjs/cache-manager, which is this text: whoever has the package need not be told of ours. */
export const CACHE_MANAGER = 'CACHE_MANAGER';
