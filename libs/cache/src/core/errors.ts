/** Every code, and what it stands for, is in the README's table of errors; a test compares the two. */
export type CacheErrorCode =
  | 'CACHE_OPTIONS_INVALID'
  | 'CACHE_IMPORTED_TWICE'
  | 'CACHE_NAME_TAKEN'
  | 'CACHE_DRIVER_UNSUPPORTED'
  | 'CACHE_REDIS_MISSING'
  | 'CACHE_PACKAGE_MISSING'
  | 'CACHE_LOAD_TIMEOUT'
  | 'CACHE_LOCK_BUSY'
  | 'CACHE_LOCK_LOST'
  | 'CACHE_LOCK_UNREACHABLE'
  | 'CACHE_SCOPE_REQUIRED'
  | 'CACHE_SCOPE_UNKNOWN'
  | 'CACHE_SCOPE_TOO_WIDE'
  | 'CACHE_ARGUMENT_UNENCODABLE'
  | 'CACHE_VALUE_UNCOPYABLE'
  | 'CACHE_ANSWER_DIFFERS';

/** What went wrong and what to do about it. A cached read never fails with one, but for the time limit its caller asked for. */
export class CacheError extends Error {
  constructor(
    readonly code: CacheErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = 'CacheError';
  }
}
