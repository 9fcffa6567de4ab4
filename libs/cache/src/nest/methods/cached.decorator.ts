import 'reflect-metadata';
import { CachedMethod } from './cached-method.js';
import type { CachedOptions } from './cached-options.js';
import { decorated, replace, runtimeOf, type Instance, type Method } from './method.js';
import type { AsyncMethod } from './signature.js';
import { CACHED } from '../tokens.js';

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
