import type { Duration } from '../core/duration.js';
import type { CopyMode } from '../core/keeping.js';
import type { ScopeOption } from './scope-option.js';
import type { ArgumentsOf, ResultOf } from './signature.js';

/** What `@Cached` may be told of a method `F` of a class `T`. */
export interface CachedOptions<T, F> {
  /** What the entries of this method are called. Default: `Class.method`, by the class of the instance. */
  readonly name?: string;
  /** What tells one call from another, if not all arguments do: `(query) => query.folderId`. */
  readonly key?: (this: NoInfer<T>, ...args: ArgumentsOf<NoInfer<F>>) => unknown;
  /**
   * For whom a result holds, which is a part of the key: `'everyone'`; `(dataRoomId) => ({ dataroom: dataRoomId })`, as the call
   * says; `'user'`, as its surroundings say (`scopeOf` of CacheModule, `cache.within`); or several of these in a list.
   */
  readonly scope?: ScopeOption<T, F>;
  /** What a change to makes the result invalid; may be read off the result. */
  readonly tags?:
    | readonly string[]
    | ((this: NoInfer<T>, result: ResultOf<NoInfer<F>>, ...args: ArgumentsOf<NoInfer<F>>) => readonly string[]);
  /** Seconds or `'5m'`; a function of the result for what expires by itself. Default: CACHE_TTL. Zero: not kept. */
  readonly ttl?:
    Duration | ((this: NoInfer<T>, result: ResultOf<NoInfer<F>>, ...args: ArgumentsOf<NoInfer<F>>) => Duration);
  /** `clone`: every caller gets a copy of his own. `freeze`: all share one deeply frozen value. Default: `clone`. */
  readonly copy?: CopyMode;
  /** How long a caller waits for a load before it gets a CACHE_LOAD_TIMEOUT. Default: as long as it takes. */
  readonly timeout?: Duration;
  /**
   * False: never answered from memory while this process cannot know what others write, not even for CACHE_FALLBACK_TTL. For
   * permissions and whatever else must not be a second too old. Default: true.
   */
  readonly fallback?: boolean;
}
