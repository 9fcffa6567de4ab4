import { EntityManager } from 'typeorm';
import { cache } from './cache.js';
import { touch } from './write-subscriber.js';

type Method<A extends unknown[], R> = (this: object, ...args: A) => Promise<R>;

interface CachedOptions<A extends unknown[], R> {
  readonly tags?: readonly string[] | ((result: R, ...args: A) => readonly string[]);
  readonly ttl?: string;
}

export function Cached<A extends unknown[], R>({ tags = [], ttl }: CachedOptions<A, R> = {}) {
  return (_target: object, property: string, descriptor: TypedPropertyDescriptor<Method<A, R>>): void => {
    const method = descriptor.value!;
    descriptor.value = function (...args) {
      const key = `${this.constructor.name}.${property}:${JSON.stringify(args)}`;
      const tagsOf = (result: R) => (typeof tags === 'function' ? tags(result, ...args) : tags);
      // It refuses to keep undefined, by an error that the request would fail with.
      const load = async () => (await method.apply(this, args)) ?? (null as R);
      return cache.getOrLoad(key, { tags: tagsOf, ...(ttl && { ttl }) }, load);
    };
  };
}

/** It has no word for rows by their ids, so they are read from the database. */
export function CachedMany(_options: object) {
  return (): void => {};
}

/** After the commit, if the method is given the manager of a transaction. */
export function InvalidatesTags<A extends unknown[], R>(tags: (result: R, ...args: A) => readonly string[]) {
  return (_target: object, _property: string, descriptor: TypedPropertyDescriptor<Method<A, R>>): void => {
    const method = descriptor.value!;
    descriptor.value = async function (...args) {
      const result = await method.apply(this, args);
      const [manager] = args;
      const runner = manager instanceof EntityManager ? manager.queryRunner : undefined;
      if (runner?.isTransactionActive) touch(runner, tags(result, ...args));
      else await cache.invalidateTags(tags(result, ...args));
      return result;
    };
  };
}
