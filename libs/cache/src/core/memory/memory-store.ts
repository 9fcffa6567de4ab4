import { LRUCache } from 'lru-cache';
import type { Clock } from '../../coherence/clock.js';
import type { Tag } from '../../coherence/tag.js';
import type { Entry } from '../entry.js';
import { noClasses } from '../classes.js';
import { Dues } from '../ahead/dues.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { Keeper } from '../keeping.js';
import type { Again } from '../read.js';
import { Shares } from './shares.js';
import { Shelved } from './shelved.js';
import type { Shortcut } from './shortcut.js';

interface Bounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** The part of both beyond which a data room, or whatever a scope names, makes room with what is its own. */
  readonly scopeShare: number;
  readonly purgeEveryMs: number;
}

/** Whoever is interested in the tags of what is here. */
interface Watcher {
  kept(tags: readonly Tag[]): void;
}

/** Told of entries that left by themselves. */
type Left = (key: string, why: 'evicted' | 'expired') => void;

/**
 * The entries of this process, bounded by bytes and by number; room is made by whoever is furthest beyond his
 * share, and if there is none by the least recently used. Whether an entry may still be answered is not decided here.
 */
export class MemoryStore {
  /** How a value becomes one that may stand here. */
  readonly keeper: Keeper;
  /** What is to be loaded anew before it expires. */
  readonly dues: Dues;
  readonly #clock: Clock;
  readonly #bounds: Bounds;
  readonly #shelves: LRUCache<string, Shelved>;
  readonly #wheel: ExpiryWheel<Shelved>;
  readonly #shares: Shares;
  readonly #left: Left;
  #watcher: Watcher | undefined;
  #cancelPurge: (() => void) | undefined;

  constructor(bounds: Bounds, clock: Clock, keeper = new Keeper(noClasses), left: Left = () => {}) {
    const { maxBytes, maxEntries, scopeShare } = bounds;
    this.keeper = keeper;
    this.dues = new Dues(clock);
    this.#clock = clock;
    this.#bounds = bounds;
    this.#left = left;
    this.#wheel = new ExpiryWheel(clock.now());
    this.#shares = new Shares({ bytes: maxBytes * scopeShare, entries: maxEntries * scopeShare });
    this.#shelves = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: ({ weight }) => weight,
      dispose: (shelved, key, reason) => {
        if (reason === 'evict') this.#left(key, 'evicted');
        this.#wheel.remove(shelved, shelved.entry.expiresAt);
        this.dues.remove(shelved);
        this.#shares.remove(shelved);
        shelved.shortcut?.close();
      },
    });
  }

  get size(): number {
    return this.#shelves.size;
  }

  get bytes(): number {
    return this.#shelves.calculatedSize;
  }

  /** How many data rooms, users and the like hold something here. */
  get holders(): number {
    return this.#shares.size;
  }

  /** What is held by `dataroom=7`. */
  bytesOf(part: string): number {
    return this.#shares.bytesOf(part);
  }

  /** The unexpired entry. */
  get(key: string): Entry | undefined {
    const shelved = this.#shelves.get(key);
    if (shelved === undefined || shelved.entry.expiresAt <= this.#clock.now()) return undefined;
    shelved.used = true;
    return shelved.entry;
  }

  /** Who looks on from now on. */
  show(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  /** Expired or not, and without counting as a use of it. */
  look(key: string): Entry | undefined {
    return this.#shelves.peek(key)?.entry;
  }

  /** What it takes, with all that goes with it. */
  weightOf(key: string): number {
    return this.#shelves.peek(key)?.weight ?? 0;
  }

  /** As they stand now, in no order that means anything. */
  keys(): string[] {
    return [...this.#shelves.keys()];
  }

  /**
   * A shortcut leads to the key for as long as the entry is here. `again`: how it is loaded before it expires. False: it is larger
   * than all there is.
   */
  set(key: string, entry: Entry, shortcut?: Shortcut, again?: Again): boolean {
    const shelved = new Shelved(key, entry, shortcut, again);
    if (shelved.weight > this.#bounds.maxBytes) {
      this.delete(key);
      return false;
    }
    if (this.#lacksRoomFor(shelved)) this.#makeRoomFor(shelved);
    this.#shelves.set(key, shelved);
    this.#watcher?.kept(entry.tags);
    this.#wheel.add(shelved, entry.expiresAt);
    this.dues.add(shelved);
    this.#shares.add(shelved);
    // Not before: what was here until now has just closed the same one.
    shortcut?.open(key);
    this.#cancelPurge ??= this.#clock.after(this.#bounds.purgeEveryMs, this.#purge);
    return true;
  }

  delete(key: string): void {
    this.#shelves.delete(key);
  }

  clear(): void {
    this.#shelves.clear();
    this.#cancelPurge?.();
    this.#cancelPurge = undefined;
  }

  #lacksRoomFor({ weight }: Shelved): boolean {
    const { maxBytes, maxEntries } = this.#bounds;
    return this.#shelves.calculatedSize + weight > maxBytes || this.#shelves.size >= maxEntries;
  }

  /** As far as somebody has to pay for it; the rest is left to what was used least recently. */
  #makeRoomFor(shelved: Shelved): void {
    this.#shelves.delete(shelved.key);
    while (this.#lacksRoomFor(shelved)) {
      const paid = this.#shares.payingFor(shelved);
      if (paid === undefined) return;
      this.#shelves.delete(paid.key);
      this.#left(paid.key, 'evicted');
    }
  }

  /** Runs while there is something to expire, so that an idle cache costs nothing. */
  readonly #purge = (): void => {
    this.#cancelPurge = undefined;
    for (const { key, entry } of this.#wheel.turn(this.#clock.now())) {
      if (this.#shelves.peek(key)?.entry !== entry) continue;
      this.#shelves.delete(key);
      this.#left(key, 'expired');
    }
    if (this.#shelves.size > 0) this.#cancelPurge = this.#clock.after(this.#bounds.purgeEveryMs, this.#purge);
  };
}
