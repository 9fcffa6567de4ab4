import { CachedManyMethod } from './cached-many-method.js';
import type { BatchMethod, CachedManyOptions } from './cached-many-options.js';
import { decorated, replace, runtimeOf, type Instance, type Method } from './method.js';
import { CACHED } from '../tokens.js';

/**
 * For a method that takes ids and gives rows. Each row is an entry of its own; what is missing is loaded by one call with just
 * these ids. The rows come in the order of the ids, as often as each was asked for, and an id without a row is left out: also
 * where nothing is cached. Until a row with its tags changes it is known that there is none, so `tags` is asked about
 * `undefined`, too.
 *
 * ```ts
 * @CachedMany({ id: (user) => user.id, tags: (_user, id) => [`user:${id}`] })
 * byIds(ids: readonly string[]): Promise<User[]> {
 *   return this.users.findBy({ id: In(ids) });
 * }
 * ```
 */
export function CachedMany<T, F extends BatchMethod>(options: CachedManyOptions<T, F>) {
  return (target: Instance<T>, property: string | symbol, descriptor: TypedPropertyDescriptor<F>): void => {
    const method = decorated('@CachedMany', target, property, descriptor);
    const told = options as unknown as CachedManyOptions<unknown, BatchMethod>;
    const cached = new CachedManyMethod(target.constructor, property, method, told);
    const wrapper: Method = function (...args) {
      const runtime = runtimeOf(this);
      return runtime === undefined ? cached.source(this, args) : cached.call(runtime, this as object, args);
    };
    replace(target, descriptor, wrapper, CACHED, cached.row);
  };
}
