import { LRUCache } from 'lru-cache';
import type { Clock } from '../coherence/clock.js';
import type { Entry } from './entry.js';
import { noClasses } from './classes.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { Keeper } from './keeping.js';
import { Shares } from './shares.js';
import { Shelved } from './shelved.js';
import type { Shortcut } from './shortcut.js';

interface Bounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** The part of both beyond which a data room, or whatever a scope names, makes room with what is its own. */
  readonly scopeShare: number;
}

const purgeEveryMs = 1_000;

/**
 * The entries of this process, bounded by bytes and by number; room is made by whoever is furthest beyond his
 * share, and if there is none by the least recently used. Whether an entry may still be answered is not decided here.
 */
export class MemoryStore {
  /** How a value becomes one that may stand here. */
  readonly keeper: Keeper;
  readonly #clock: Clock;
  readonly #bounds: Bounds;
  readonly #shelves: LRUCache<string, Shelved>;
  readonly #wheel: ExpiryWheel<Shelved>;
  readonly #shares: Shares;
  #cancelPurge: (() => void) | undefined;

  constructor(bounds: Bounds, clock: Clock, keeper = new Keeper(noClasses)) {
    const { maxBytes, maxEntries, scopeShare } = bounds;
    this.keeper = keeper;
    this.#clock = clock;
    this.#bounds = bounds;
    this.#wheel = new ExpiryWheel(clock.now());
    this.#shares = new Shares({ bytes: maxBytes * scopeShare, entries: maxEntries * scopeShare });
    this.#shelves = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: ({ weight }) => weight,
      dispose: (shelved) => {
        this.#wheel.remove(shelved, shelved.entry.expiresAt);
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

  /** A shortcut leads to the key for as long as the entry is here. */
  set(key: string, entry: Entry, shortcut?: Shortcut): void {
    const shelved = new Shelved(key, entry, shortcut);
    if (shelved.weight > this.#bounds.maxBytes) return this.delete(key);
    if (this.#lacksRoomFor(shelved)) this.#makeRoomFor(shelved);
    this.#shelves.set(key, shelved);
    this.#wheel.add(shelved, entry.expiresAt);
    this.#shares.add(shelved);
    // Not before: what was here until now has just closed the same one.
    shortcut?.open(key);
    this.#cancelPurge ??= this.#clock.after(purgeEveryMs, this.#purge);
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
    }
  }

  /** Runs while there is something to expire, so that an idle cache costs nothing. */
  readonly #purge = (): void => {
    this.#cancelPurge = undefined;
    for (const { key, entry } of this.#wheel.turn(this.#clock.now())) {
      if (this.#shelves.peek(key)?.entry === entry) this.#shelves.delete(key);
    }
    if (this.#shelves.size > 0) this.#cancelPurge = this.#clock.after(purgeEveryMs, this.#purge);
  };
}
