import type { Duration } from '../../core/duration.js';
import type { CopyMode } from '../../core/keeping.js';
import type { ScopeOption } from './scope-option.js';
import type { ArgumentsOf, ResultOf } from './signature.js';
import type { WarmOption } from './warm-option.js';

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
  /** Seconds or `'5m'`; a function of the result for what expires by itself. Default: `ttls` of CacheModule, or CACHE_TTL. Zero: not kept. */
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
  /**
   * False: its hits are never compared with what the source gives (`auditRate`). For what is meant to grow old, as the free space
   * of a disk, and for what is another each time, as a signed URL. Default: true.
   */
  readonly audit?: boolean;
  /** Calls to be made before anybody asks for their results: at the start, and again and again. */
  readonly warm?: WarmOption<T, F>;
  /**
   * True: what is asked for is loaded anew in the last fifth of its time, by one process for all, so that nobody has to wait for it.
   * A number: in that last part. The load has no request around it: what it has to know must be among its arguments, for whom it
   * is as well.
   */
  readonly refreshAhead?: boolean | number;
}
