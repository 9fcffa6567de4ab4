import type { Clock } from '../coherence/clock.js';
import { Claim, type Replica } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import { tagOfKey, type Entry } from './entry.js';
import type { MemoryStore } from './memory-store.js';
import type { Read } from './read.js';
import { scopeInKey } from './scope.js';
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

/** What was said of the last entry that was found. */
interface Judge {
  readonly askedAt: number;
  claim: Claim | undefined;
  readonly stands: (found: Found) => boolean;
}

type Reading = Pick<Read<unknown>, 'key' | 'copy' | 'fallbackMs' | 'scope' | 'shortcut'>;

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
    const { store, replica } = this.#parts;
    if (!replica.inStep) return undefined;
    const judge = this.#judge(read.key);
    return store
      .fetch(read.key, judge.stands)
      ?.then(({ found, turn }) => ({ entry: found && this.#take(read, found, judge), turn }));
  }

  /** What is there, and may be answered. Undefined at once, as above. */
  get(key: string): Promise<Entry | undefined> | undefined {
    const { store, replica } = this.#parts;
    if (!replica.inStep) return undefined;
    const judge = this.#judge(key);
    return store
      .get(key, judge.stands)
      ?.then(
        (found) => found && this.#take({ key, copy: 'clone', fallbackMs: 0, scope: scopeInKey(key) }, found, judge),
      );
  }

  put(key: string, entry: Entry): void {
    const { store, replica, clock } = this.#parts;
    if (!replica.inStep) return;
    const { kept, claim, tags, fallbackMs, expiresAt } = entry;
    const { held: value, weight } = kept;
    store.put(key, { value, weight, stamp: claim.stamp, tags, fallbackMs }, expiresAt - clock.now());
  }

  #judge(key: string): Judge {
    const { replica, clock } = this.#parts;
    const judge: Judge = {
      askedAt: clock.now(),
      claim: undefined,
      stands: (found) => {
        judge.claim = new Claim(found.stamp, watchedBy(tagOfKey(key), found.tags));
        return replica.vouchesFor(judge.claim);
      },
    };
    return judge;
  }

  #take(read: Reading, found: Found, { claim, askedAt }: Judge): Entry | undefined {
    const { memory, replica } = this.#parts;
    // It stood when it was found, and the answer took its time.
    if (claim === undefined || !replica.vouchesFor(claim)) return undefined;
    const entry: Entry = {
      kept: memory.keeper.receive(found, read.copy),
      claim,
      tags: found.tags,
      expiresAt: askedAt + found.remainsMs,
      readAt: askedAt,
      fallbackMs: Math.min(read.fallbackMs, found.fallbackMs),
      scope: read.scope,
    };
    memory.set(read.key, entry, read.shortcut?.());
    return entry;
  }
}
