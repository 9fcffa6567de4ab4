import 'reflect-metadata';
import type { Duration } from '../core/duration.js';
import type { CopyMode } from '../core/keeping.js';
import { CachedMethod } from './cached-method.js';
import { decorated, replace, runtimeOf, type Instance, type Method } from './method.js';
import type { ArgumentsOf, AsyncMethod, ResultOf } from './signature.js';
import { CACHED } from './tokens.js';

export interface CachedOptions<T, F> {
  /** What the entries of this method are called. Default: `Class.method`, by the class of the instance. */
  readonly name?: string;
  /** What tells one call from another, if not all arguments do: `(query) => query.folderId`. */
  readonly key?: (this: NoInfer<T>, ...args: ArgumentsOf<NoInfer<F>>) => unknown;
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
}

/**
 * Answers the method from memory as long as nothing that its tags name has changed.
 *
 * ```ts
 * @Cached({ tags: (contents, folderId) => [`folder:${folderId}`] })
 * contents(folderId: string): Promise<Contents> { … }
 * ```
 */
export function Cached<T, F extends AsyncMethod>(options: CachedOptions<T, F> = {}) {
  return (target: Instance<T>, property: string | symbol, descriptor: TypedPropertyDescriptor<F>): void => {
    const method = decorated('@Cached', target, property, descriptor);
    const cached = new CachedMethod(target.constructor, property, method, options as CachedOptions<unknown, Method>);
    const wrapper: Method = function (...args) {
      const runtime = runtimeOf(this);
      return runtime === undefined ? method.apply(this, args) : cached.call(runtime, this as object, args);
    };
    replace(target, descriptor, wrapper, CACHED, cached);
  };
}
