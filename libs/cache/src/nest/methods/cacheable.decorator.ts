import {
  declaredClasses,
  knownClassOf,
  type CacheableClass,
  type CacheableOptions,
} from '../settings/cacheable.options.js';

/**
 * Instances of the class may be shared among processes, and with `toCache` and `fromCache` be kept although their state is
 * hidden. Entities of TypeORM need it for the latter alone.
 *
 * ```ts
 * @Cacheable({ version: 2 })
 * class Money {
 *   #cents: number;
 *   static toCache(money: Money) { return money.#cents; }
 *   static fromCache(cents: number) { return new Money(cents); }
 * }
 * ```
 */
export function Cacheable<T extends object, P>(options: CacheableOptions<T, P> = {}) {
  return (target: CacheableClass<T>): void => {
    declaredClasses.add(knownClassOf(target, options as CacheableOptions));
  };
}
