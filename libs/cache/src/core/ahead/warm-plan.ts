import type { Duration } from '../duration.js';
import type { Scope } from '../scope.js';

/** What is told one by one: a list, a generator, the rows of a cursor. */
export type Listing<T> = Iterable<T> | AsyncIterable<T>;

/** How much of what loads are made of a warming may take. */
export interface WarmPace {
  /** The part of the time, above 0 and up to 1, in which it loads; in between it pauses. Default: 0.1 */
  readonly share?: number;
  /** After how many calls it pauses. Default: 4 */
  readonly batch?: number;
  /** How many loads there are at a time. Default: 1 */
  readonly concurrency?: number;
}

interface Named extends WarmPace {
  /** What the warming is called. Of those with one name, one runs at a time among all processes that share a Redis. */
  readonly name: string;
  /** On whose behalf it is done, as for `cache.within`. */
  readonly within?: Scope;
}

/** `{ name: 'rooms', calls: () => ids.map((id) => () => this.rooms.contents(id)) }`: calls of cached methods. */
export interface WarmCalls extends Named {
  readonly calls: () => Listing<() => Promise<unknown>> | Promise<Listing<() => Promise<unknown>>>;
}

/** `{ name: 'stats', keys: () => keys, load: (key) => this.count(key), tags: (key) => [key] }`: keys of `getOrLoad`. */
export interface WarmKeys extends Named {
  readonly keys: () => Listing<string> | Promise<Listing<string>>;
  readonly load: (key: string) => Promise<unknown>;
  /** As for `getOrLoad`. */
  readonly tags?: readonly string[] | ((key: string) => readonly string[]);
  readonly ttl?: Duration;
}

export type WarmPlan = WarmCalls | WarmKeys;
