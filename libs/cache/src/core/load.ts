import type { Tag } from '../coherence/tag.js';
import { tagOfKey, type Entry } from './entry.js';

type Inherited = Pick<Entry, 'tags' | 'expiresAt' | 'fallbackMs' | 'scope'>;

/** A loader at work, seen from inside: what it reads through the cache and which connections it touches. */
export class Load {
  readonly #tags = new Set<Tag>();
  readonly #scopes = new Map<string, string>();
  #expiresAt = Infinity;
  #readAt = Infinity;
  #fallbackMs = Infinity;
  #tainted = false;
  #open = true;

  /** `keys`: what it loads, several if they are loaded by one call. */
  constructor(
    readonly keys: string | ReadonlySet<string>,
    readonly outer: Load | undefined,
  ) {}

  /** False once its result is there: what it has started and left running is no part of it. */
  get open(): boolean {
    return this.#open;
  }

  end(): void {
    this.#open = false;
  }

  /** It saw an open transaction: what it returns may be uncommitted, so nobody else may have it. */
  get tainted(): boolean {
    return this.#tainted;
  }

  get tags(): ReadonlySet<Tag> {
    return this.#tags;
  }

  /** For whom that holds which helped it, and the key of what did; what holds for everybody is left out. */
  get scopes(): ReadonlyMap<string, string> {
    return this.#scopes;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** No result of it is newer than the oldest that helped. */
  get readAt(): number {
    return this.#readAt;
  }

  get fallbackMs(): number {
    return this.#fallbackMs;
  }

  /**
   * A result made with the help of an entry depends on it and on all that it depends on, holds for nobody else, lasts no
   * longer, and is answered out of step no longer. `currentAt`: when the entry was last known to be current.
   */
  inherit(key: string, entry?: Inherited, currentAt = Infinity): void {
    this.#tags.add(tagOfKey(key));
    if (entry === undefined) return;
    if (entry.scope !== undefined) this.confine(entry.scope, key);
    for (const tag of entry.tags) this.#tags.add(tag);
    this.#expiresAt = Math.min(this.#expiresAt, entry.expiresAt);
    this.#fallbackMs = Math.min(this.#fallbackMs, entry.fallbackMs);
    this.#readAt = Math.min(this.#readAt, currentAt);
  }

  /** It was helped by something of which nobody can say what that depends on: the result is for now only. */
  lapse(): void {
    this.#expiresAt = -Infinity;
  }

  /** It has asked for what holds for these only, and so has whoever it serves, whatever came of it. */
  confine(scope: string, key: string): void {
    this.#scopes.set(scope, key);
    this.outer?.confine(scope, key);
  }

  taint(): void {
    this.#tainted = true;
    this.outer?.taint();
  }

  /** Is this load, or one that it serves, already loading the key? Waiting for it would be waiting for oneself. */
  isFor(key: string): boolean {
    return (this.#open && this.#loads(key)) || (this.outer?.isFor(key) ?? false);
  }

  #loads(key: string): boolean {
    return typeof this.keys === 'string' ? this.keys === key : this.keys.has(key);
  }
}
