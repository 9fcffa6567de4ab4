import type { Clock } from '../coherence/clock.js';
import { Claim, type Replica } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import { tagOfKey, type Entry } from './entry.js';
import type { MemoryStore } from './memory/memory-store.js';
import type { Read } from './read.js';
import { scopeInKey } from './scope.js';
import type { Fetched, Found, SharedStore, Turn } from './store.js';

export interface SharedEntriesParts {
  readonly store: SharedStore;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly clock: Clock;
  /** What this process is called where it has loaded something. */
  readonly name: string;
}

/** What came of asking: an entry, which is in memory now; or a turn to load it for all; or neither. */
interface Answered {
  readonly entry?: Entry | undefined;
  readonly turn?: Turn | undefined;
  readonly failed?: boolean | undefined;
}

/** What was said of the last entry that was found. */
interface Judge {
  readonly askedAt: number;
  claim: Claim | undefined;
  readonly stands: (found: Found) => boolean;
}

type Reading = Pick<Read<unknown>, 'key' | 'copy' | 'fallbackMs' | 'scope' | 'shortcut' | 'again'>;

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
      ?.then(({ found, turn, failed }) => ({ entry: found && this.#take(read, found, judge), turn, failed }));
  }

  /** What is there, and may be answered. Undefined at once, as above. */
  get(key: string): Promise<Entry | undefined> | undefined {
    const { store, replica } = this.#parts;
    if (!replica.inStep) return undefined;
    const judge = this.#judge(key);
    return store.get(key, judge.stands)?.then((found) => found && this.#take(readingOf(key), found, judge));
  }

  /** As `get`, of many in one round trip, and in their order. No turn is given. */
  getMany(reads: readonly Reading[]): Promise<readonly Answered[]> | undefined {
    const { store, replica } = this.#parts;
    if (!replica.inStep) return undefined;
    const judges = reads.map(({ key }) => this.#judge(key));
    const wanted = reads.map(({ key }, at) => ({ key, stands: judges[at]!.stands }));
    const taken = ({ found, failed }: Fetched, at: number) => ({
      entry: found && this.#take(reads[at]!, found, judges[at]!),
      failed,
    });
    return store.getMany(wanted)?.then((fetched) => fetched.map(taken));
  }

  /** As `fetch`, in one round trip at most: nobody is waited for, and no turn is given. */
  find(read: Reading): Promise<Answered | undefined> | undefined {
    return this.getMany([read])?.then(([answered]) => answered);
  }

  /** What another process has loaded since this one was, well after it. Undefined at once, as above. */
  younger(read: Reading, { loadedAt, expiresAt }: Entry): Promise<Entry | undefined> | undefined {
    const { store, replica } = this.#parts;
    if (!replica.inStep) return undefined;
    const judge = this.#judge(read.key);
    // Written later than it was loaded, by another clock: the same one must not pass for a younger one.
    const since = loadedAt + (expiresAt - loadedAt) / 4;
    const isYounger = ({ ageMs, tookMs }: Found) => judge.askedAt - ageMs - tookMs > since;
    return store
      .get(read.key, (found) => isYounger(found) && judge.stands(found))
      ?.then((found) => found && this.#take(read, found, judge));
  }

  put(key: string, entry: Entry): void {
    const { store, replica, clock, name } = this.#parts;
    if (!replica.inStep) return;
    const { kept, claim, tags, fallbackMs, expiresAt, tookMs } = entry;
    const { held: value, weight } = kept;
    const draft = { value, weight, stamp: claim.stamp, tags, fallbackMs, by: name, tookMs };
    store.put(key, draft, expiresAt - clock.now());
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
      loadedAt: askedAt - found.ageMs - found.tookMs,
      tookMs: found.tookMs,
      by: found.by,
    };
    memory.set(read.key, entry, read.shortcut?.(), read.again?.());
    return entry;
  }
}

/** Of a key of which nothing else is known. */
export function readingOf(key: string): Reading {
  return { key, copy: 'clone', fallbackMs: 0, scope: scopeInKey(key) };
}
