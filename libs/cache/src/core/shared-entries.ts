import type { Clock } from '../coherence/clock.js';
import { Claim, type Replica } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import { tagOfKey, type Entry } from './entry.js';
import { receive } from './keeping.js';
import type { MemoryStore } from './memory-store.js';
import type { Read } from './read.js';
import type { Found, SharedStore, Turn } from './store.js';

export interface SharedEntriesParts {
  readonly store: SharedStore;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly clock: Clock;
}

/** What came of asking: an entry, which is in memory now; or a turn to load it for all; or neither. */
interface Answered {
  readonly entry?: Entry | undefined;
  readonly turn?: Turn | undefined;
}

type Reading = Pick<Read<unknown>, 'key' | 'copy' | 'fallbackMs' | 'shortcut'>;

/**
 * What all processes keep, as one of them sees it. Out of step it asks and tells nothing.
 *
 * (I26) What another process has kept is taken in only if its claim stands here, as it is found.
 */
export class SharedEntries {
  readonly #parts: SharedEntriesParts;

  constructor(parts: SharedEntriesParts) {
    this.#parts = parts;
  }

  /** Undefined at once: there is nothing to ask. May wait while another process loads the key. */
  fetch(read: Reading): Promise<Answered> | undefined {
    const { store, replica, clock } = this.#parts;
    if (!replica.inStep) return undefined;
    const askedAt = clock.now();
    return store
      .fetch(read.key, (found) => this.#stands(read.key, found))
      ?.then(({ found, turn }) => ({ entry: found && this.#take(read, found, askedAt), turn }));
  }

  /** What is there, and may be answered. Undefined at once, as above. */
  get(key: string): Promise<Entry | undefined> | undefined {
    const { store, replica, clock } = this.#parts;
    if (!replica.inStep) return undefined;
    const askedAt = clock.now();
    return store
      .get(key, (found) => this.#stands(key, found))
      ?.then((found) => found && this.#take({ key, copy: 'clone', fallbackMs: 0 }, found, askedAt));
  }

  put(key: string, entry: Entry): void {
    const { store, replica, clock } = this.#parts;
    if (!replica.inStep) return;
    const { kept, claim, tags, fallbackMs, expiresAt } = entry;
    const { held: value, weight } = kept;
    store.put(key, { value, weight, stamp: claim.stamp, tags, fallbackMs }, expiresAt - clock.now());
  }

  #stands(key: string, found: Found): boolean {
    return this.#parts.replica.vouchesFor(claimOf(key, found));
  }

  #take(read: Reading, found: Found, askedAt: number): Entry | undefined {
    const { memory, replica } = this.#parts;
    const entry: Entry = {
      kept: receive(found, read.copy),
      claim: claimOf(read.key, found),
      tags: found.tags,
      expiresAt: askedAt + found.remainsMs,
      readAt: askedAt,
      fallbackMs: Math.min(read.fallbackMs, found.fallbackMs),
    };
    // It stood when it was found, and the answer took its time.
    if (!replica.vouchesFor(entry.claim)) return undefined;
    memory.set(read.key, entry, read.shortcut?.());
    return entry;
  }
}

function claimOf(key: string, { stamp, tags }: Found): Claim {
  return new Claim(stamp, watchedBy(tagOfKey(key), tags));
}
