import { LRUCache } from 'lru-cache';
import type { Clock } from '../coherence/clock.js';
import type { Entry } from './entry.js';
import { ExpiryWheel } from './expiry-wheel.js';
import type { Shortcut } from './shortcut.js';

interface Bounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

interface Shelved {
  readonly key: string;
  readonly entry: Entry;
  readonly shortcut: Shortcut | undefined;
}

/** What an entry takes beside its value, key and tags: lru-cache, the wheel, the claim. Measured: see DECISIONS.md, "Weights". */
const overheadOfEntry = 300;
/** A tag's text has a header and a place in two lists. */
const overheadOfTag = 32;
const purgeEveryMs = 1_000;

/**
 * The entries of this process, bounded by bytes and by number; the least recently used goes first.
 * Whether an entry may still be answered is not decided here.
 */
export class MemoryStore {
  readonly #clock: Clock;
  readonly #shelves: LRUCache<string, Shelved>;
  readonly #wheel: ExpiryWheel<Shelved>;
  #cancelPurge: (() => void) | undefined;

  constructor(bounds: Bounds, clock: Clock) {
    this.#clock = clock;
    this.#wheel = new ExpiryWheel(clock.now());
    this.#shelves = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      sizeCalculation: weightOf,
      dispose: (shelved) => {
        this.#wheel.remove(shelved, shelved.entry.expiresAt);
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

  /** The unexpired entry. */
  get(key: string): Entry | undefined {
    const entry = this.#shelves.get(key)?.entry;
    return entry !== undefined && entry.expiresAt > this.#clock.now() ? entry : undefined;
  }

  /** A shortcut leads to the key for as long as the entry is here. */
  set(key: string, entry: Entry, shortcut?: Shortcut): void {
    const shelved: Shelved = { key, entry, shortcut };
    this.#shelves.set(key, shelved);
    // Too heavy together with its key, or pushed out at once: then the wheel must not hold it either.
    if (this.#shelves.peek(key) !== shelved) return;
    this.#wheel.add(shelved, entry.expiresAt);
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

  /** Runs while there is something to expire, so that an idle cache costs nothing. */
  readonly #purge = (): void => {
    this.#cancelPurge = undefined;
    for (const { key, entry } of this.#wheel.turn(this.#clock.now())) {
      if (this.#shelves.peek(key)?.entry === entry) this.#shelves.delete(key);
    }
    if (this.#shelves.size > 0) this.#cancelPurge = this.#clock.after(purgeEveryMs, this.#purge);
  };
}

function weightOf({ key, entry, shortcut }: Shelved): number {
  let weight = entry.kept.weight + key.length + overheadOfEntry + (shortcut === undefined ? 0 : shortcut.weight);
  for (const tag of entry.claim.watched) weight += tag.length + overheadOfTag;
  return weight;
}
