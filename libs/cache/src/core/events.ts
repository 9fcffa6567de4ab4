import type { WarmingReport } from './ahead/warming-report.js';

/** What the core tells whoever watches it. A fault costs a load and one of these, never an error. */
export type CacheEvent =
  /** A result was returned but not kept, because no copy of it would be faithful; the error names the place in it. */
  | { readonly kind: 'refused'; readonly name: string; readonly error: unknown }
  /** A result was returned but not kept, because it holds for fewer than its read says; the error names what helped it. */
  | { readonly kind: 'confined'; readonly name: string; readonly error: unknown }
  /** A `key`, `scope`, `id`, `tags` or `ttl` of a method did not give what it should; the call went to the source. */
  | {
      readonly kind: 'misdeclared';
      readonly name: string;
      readonly part: 'key' | 'scope' | 'id' | 'tags' | 'ttl';
      readonly error: unknown;
    }
  /** The `tags` of a method that invalidates did not give what they should; everything was invalidated. */
  | { readonly kind: 'untold'; readonly name: string; readonly error: unknown }
  /** A result is kept by this process and not shared, because another could not read it as it is. */
  | { readonly kind: 'unshared'; readonly name: string; readonly error: unknown }
  /**
   * What another process had written could not be read. `isUsual`: it is of another version, or of a class with another shape,
   * as everything is for a while when processes are replaced one by one.
   */
  | { readonly kind: 'unreadable'; readonly name: string; readonly error: unknown; readonly isUsual: boolean }
  /** An audit found that an answer from memory was not what its source gives; the error names the place in it. */
  | { readonly kind: 'difference'; readonly name: string; readonly error: unknown }
  /** What was to be loaded before anybody asks for it failed to be; whoever asks finds out for himself. */
  | {
      readonly kind: 'unprepared';
      readonly name: string;
      readonly by: 'warming' | 'refreshing';
      readonly error: unknown;
    }
  /** How far a warming has come: after each batch, and as it begins and ends. */
  | ({ readonly kind: 'warming' } & WarmingReport)
  /** The cache itself failed at something it could do without. */
  | { readonly kind: 'fault'; readonly during: string; readonly error: unknown }
  /** From now on this process answers from memory, or no longer, because it cannot know what others write. */
  | { readonly kind: 'trust'; readonly inStep: boolean }
  /** From now on Redis is left alone, or asked again. */
  | { readonly kind: 'breaker'; readonly open: boolean };

export type Tell = (event: CacheEvent) => void;

/** Nobody watches. */
export const unheard: Tell = () => {};

type Kind = CacheEvent['kind'];
export type EventOf<K extends Kind> = Extract<CacheEvent, { readonly kind: K }>;

/** Hands each event to whoever wants to know. One who fails keeps nobody from hearing it, and is not told of that. */
export class Events {
  readonly #first: Tell;
  readonly #followers: Tell[] = [];
  readonly #listeners = new Map<Kind, Set<Tell>>();

  /** `first`: hears of all. */
  constructor(first: Tell) {
    this.#first = first;
  }

  readonly tell: Tell = (event) => {
    this.#first(event);
    for (const follower of this.#followers) follower(event);
    for (const listener of this.#listeners.get(event.kind) ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.#first({ kind: 'fault', during: `a listener to the event ${event.kind}`, error });
      }
    }
  };

  /** Hears of all, as the first does, and does not fail. */
  follow(follower: Tell): void {
    this.#followers.push(follower);
  }

  /** The answer takes it back. */
  on<K extends Kind>(kind: K, listener: (event: EventOf<K>) => void): () => void {
    const own = (event: CacheEvent) => listener(event as EventOf<K>);
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(own));
    return () => void listeners.delete(own);
  }
}
