import type { Message } from '../../coherence/change-list.js';
import type { Clock } from '../../coherence/clock.js';
import { everything, familyOf, isNamed, watchedBy, type Tag } from '../../coherence/tag.js';
import type { Tell } from '../events.js';

/** What a listener is told: what has changed, or that nobody knows what has. */
export interface Invalidated {
  /** As they were changed, those only that concern the listener. */
  readonly tags: readonly Tag[];
  /** This process did not hear of everything for a while: whatever the listener is about may have changed. */
  readonly missed: boolean;
}

export type InvalidatedListener = (invalidated: Invalidated) => void;

/** Whoever listens to all changes from outside of the cache, when he does. */
export interface Outlet {
  readonly isHeard: boolean;
  readonly invalidated: InvalidatedListener;
}

/** In the place of a tag: whatever it is. */
const toAll = Symbol('to all');

/**
 * Tells whoever wants to know that a tag has changed, here or in another process, once it has been committed. They are called
 * later than the change is known to reads, so that what they read is new, and so that nobody waits for them.
 */
export class Listeners {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #outlet: Outlet;
  readonly #byName = new Map<Tag | typeof toAll, Set<InvalidatedListener>>();

  constructor(clock: Clock, tell: Tell, outlet: Outlet) {
    this.#clock = clock;
    this.#tell = tell;
    this.#outlet = outlet;
  }

  /** The answer takes it back. */
  add(tag: Tag, listener: InvalidatedListener): () => void {
    // A function of its own, so that one listener may be added twice.
    const own: InvalidatedListener = (invalidated) => listener(invalidated);
    // Whoever listens to everything need not be looked up.
    const names: readonly (Tag | typeof toAll)[] = tag === everything ? [toAll] : watchedBy(tag, [tag]);
    for (const name of names) this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(own));
    return () => {
      for (const name of names) {
        const listeners = this.#byName.get(name);
        listeners?.delete(own);
        if (listeners?.size === 0) this.#byName.delete(name);
      }
    };
  }

  heard(message: Message): void {
    if (message.kind !== 'settle' || (this.#byName.size === 0 && !this.#outlet.isHeard)) return;
    const concerned = new Map<InvalidatedListener, Set<Tag>>();
    for (const name of message.changed)
      for (const listener of this.#byName.get(name) ?? [])
        concerned.set(listener, (concerned.get(listener) ?? new Set()).add(name));
    for (const [listener, names] of concerned)
      this.#call(listener, { tags: named(names, message.changed), missed: false });
    const tags = message.changed.filter(isNamed);
    if (tags.length > 0) for (const listener of this.#toAll()) this.#call(listener, { tags, missed: false });
  }

  missed(): void {
    // Whoever listens to a tag stands under that of everything, too.
    for (const listener of [...(this.#byName.get(everything) ?? []), ...this.#toAll()])
      this.#call(listener, { tags: [everything], missed: true });
  }

  *#toAll(): Iterable<InvalidatedListener> {
    yield* this.#byName.get(toAll) ?? [];
    if (this.#outlet.isHeard) yield this.#outlet.invalidated;
  }

  #call(listener: InvalidatedListener, invalidated: Invalidated): void {
    this.#clock.after(0, () => {
      try {
        listener(invalidated);
      } catch (error) {
        this.#tell({ kind: 'fault', during: 'a listener to invalidations', error });
      }
    });
  }
}

/** `folder:?` is how whoever listens to `folder:*` hears of `folder:7`, and that is what he is told. */
function named(names: ReadonlySet<Tag>, changed: readonly Tag[]): Tag[] {
  return changed.filter((tag) => {
    const family = familyOf(tag);
    return isNamed(tag) && (names.has(tag) || (family !== undefined && names.has(`${family.slice(0, -1)}?`)));
  });
}
