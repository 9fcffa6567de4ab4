/** What becomes of every cache of this process, for whoever holds none of them: `node:diagnostics_channel`. */
import { channel } from 'node:diagnostics_channel';
import type { Cache } from '../cache.js';
import type { CacheEvent, Tell } from '../events.js';
import type { Invalidated, InvalidatedListener, Outlet } from './listeners.js';

/** A message of `data-room-cache:event`. */
export interface EventMessage {
  /** Whose event it is: a process may have several caches, and they share the channel. */
  readonly cache: Cache;
  readonly event: CacheEvent;
}

/** A message of `data-room-cache:invalidated`: what a listener to `*` is told. */
export interface InvalidatedMessage extends Invalidated {
  readonly cache: Cache;
}

const events = channel('data-room-cache:event');
const invalidations = channel('data-room-cache:invalidated');

/** One cache's part in these channels. Nothing is made ready while nobody has subscribed. */
export class Channels implements Outlet {
  readonly #cache: () => Cache;

  constructor(cache: () => Cache) {
    this.#cache = cache;
  }

  readonly tell: Tell = (event) => {
    if (!events.hasSubscribers) return;
    const message: EventMessage = { cache: this.#cache(), event };
    events.publish(message);
  };

  get isHeard(): boolean {
    return invalidations.hasSubscribers;
  }

  readonly invalidated: InvalidatedListener = (invalidated) => {
    const message: InvalidatedMessage = { cache: this.#cache(), ...invalidated };
    invalidations.publish(message);
  };
}
