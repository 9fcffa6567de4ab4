import type { Codec, Draft, Fetched, Found, SharedStore, Turn, Wanted } from '../core/store.js';
import type { Hold, Locks } from '../core/locks/locks.js';
import type { ScopeKeys } from '../core/scope-keys.js';
import { Cluster } from 'ioredis';
import type { Connections } from './connections.js';
import { slotOf } from './slot.js';

export interface RedisStoreParts {
  readonly store: Connections['store'];
  /** What goes through it answers in time or rejects; `patient` calls may take longer, because nobody waits for them. */
  readonly within: <T>(call: () => Promise<T>, patient: boolean) => Promise<T>;
  readonly codec: Codec;
  readonly scopeKeys: ScopeKeys;
  /** Whose turn it is to load a key. */
  readonly turns: Locks;
  /** How long one process may load before the others load for themselves. */
  readonly turnMs: number;
  readonly prefix: string;
  /** Milliseconds since 1970, as people count them. */
  readonly today: () => number;
}

/** Whoever waits for another's load looks again after pauses that grow from the first to the last. */
const firstPauseMs = 2;
const longestPauseMs = 25;
/** More than this waiting to be written, and Redis is not keeping up: the newest are not worth the memory. */
const mostWaiting = 1_000;
const mostUnwritable = 1_000;
/** Of how many keys one command asks: Redis does nothing else meanwhile. */
const mostAtOnce = 500;

interface Waiting {
  readonly draft: Draft;
  readonly ttlMs: number;
  readonly secret: Promise<Buffer | undefined> | undefined;
}

/**
 * Entries in Redis, each under its own key and with an end. What is read is whatever is there; what is written overtakes nobody,
 * because every reader asks its own replica about the stamp.
 */
export class RedisStore implements SharedStore {
  readonly #parts: RedisStoreParts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #unwritable = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: RedisStoreParts) {
    this.#parts = parts;
  }

  async get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    return this.#parts.within(() => this.#read(key, stands), false).catch(nothing);
  }

  async fetch(key: string, stands: (found: Found) => boolean): Promise<Fetched> {
    if (this.#unwritable.has(key)) return {};
    try {
      const found = await this.#parts.within(() => this.#read(key, stands), false);
      return found === undefined ? await this.#share(key, stands) : { found };
    } catch {
      // Whatever it is, the source has the answer.
      return { failed: true };
    }
  }

  async getMany(wanted: readonly Wanted[]): Promise<readonly Fetched[]> {
    const fetched = new Map<Wanted, Fetched>();
    const asked = this.#groups(wanted).map(async (group) => {
      const found = await this.#parts.within(() => this.#readMany(group), false).catch(nothing);
      for (const [at, one] of group.entries())
        fetched.set(one, found === undefined ? { failed: true } : { found: found[at] });
    });
    await Promise.all(asked);
    return wanted.map((one) => fetched.get(one)!);
  }

  put(key: string, draft: Draft, ttlMs: number): void {
    if (this.#waiting.size >= mostWaiting) return;
    // Asked for now: later a scope may have another secret, and what it had before must not be read with that.
    this.#waiting.set(key, { draft, ttlMs, secret: this.#parts.scopeKeys.of(key, true) });
    if (this.#waiting.size > 1) return;
    // When those who wait for the answer have it.
    this.#writing = new Promise((resolve) => setImmediate(resolve)).then(() => this.#write());
  }

  /** The turn, or what its holder puts. When that comes to nothing everybody loads for himself. */
  async #share(key: string, stands: (found: Found) => boolean): Promise<Fetched> {
    const endsAt = performance.now() + this.#parts.turnMs;
    const fetched = await this.#takeTurn(key, stands);
    if (fetched.found !== undefined || fetched.turn !== undefined) return fetched;
    for (let pauseMs = firstPauseMs; performance.now() < endsAt; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      await pause(pauseMs);
      const { found, turn } = await this.#takeTurn(key, stands);
      if (found !== undefined) return { found };
      turn?.end();
      if (turn !== undefined) return {};
    }
    return {};
  }

  /** A turn that comes too late is given back. */
  async #takeTurn(key: string, stands: (found: Found) => boolean): Promise<Fetched> {
    let taking: Promise<Fetched> | undefined;
    try {
      return await this.#parts.within(() => (taking = this.#askForTurn(key, stands)), false);
    } catch (error) {
      taking?.then(({ turn }) => turn?.end(), nothing);
      throw error;
    }
  }

  /** Both are sent together, and carried out in this order: an entry that was put before a turn ended is seen. */
  async #askForTurn(key: string, stands: (found: Found) => boolean): Promise<Fetched> {
    const { turns, turnMs } = this.#parts;
    const [hold, found] = await Promise.allSettled([turns.take(key, turnMs), this.#read(key, stands)]);
    const turn = hold.status === 'fulfilled' && hold.value !== undefined ? this.#turn(hold.value) : undefined;
    if (found.status === 'fulfilled' && found.value === undefined) return { turn };
    turn?.end();
    if (found.status === 'rejected') throw found.reason;
    return { found: found.value };
  }

  /** It ends when what was put before has arrived. */
  #turn(hold: Hold): Turn {
    return { end: () => void this.#writing.then(() => hold.release()).catch(nothing) };
  }

  async #read(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    const { store, scopeKeys } = this.#parts;
    const asked = scopeKeys.of(key, false);
    const bytes = await store.client.getBuffer(this.#nameOf(key));
    const secret = asked && (await asked);
    return asked !== undefined && secret === undefined ? undefined : this.#found({ key, stands }, bytes, secret);
  }

  async #readMany(wanted: readonly Wanted[]): Promise<(Found | undefined)[]> {
    const { store, scopeKeys } = this.#parts;
    const asked = wanted.map(({ key }) => scopeKeys.of(key, false));
    const bytes = await store.client.mgetBuffer(wanted.map(({ key }) => this.#nameOf(key)));
    const found: (Found | undefined)[] = [];
    for (const [at, one] of wanted.entries()) {
      const secret = asked[at] && (await asked[at]);
      found.push(asked[at] !== undefined && secret === undefined ? undefined : this.#found(one, bytes[at]!, secret));
    }
    return found;
  }

  /** Those that one command may ask for: in a cluster, of one slot. */
  #groups(wanted: readonly Wanted[]): Wanted[][] {
    const isCluster = this.#parts.store.client instanceof Cluster;
    const open = new Map<number, Wanted[]>();
    const groups: Wanted[][] = [];
    for (const one of wanted) {
      const slot = isCluster ? slotOf(this.#nameOf(one.key)) : 0;
      const group = open.get(slot);
      if (group !== undefined && group.length < mostAtOnce) group.push(one);
      else {
        const next = [one];
        open.set(slot, next);
        groups.push(next);
      }
    }
    return groups;
  }

  #found({ key, stands }: Wanted, bytes: Buffer | null, secret: Buffer | undefined): Found | undefined {
    const { codec, today } = this.#parts;
    const copy = bytes === null ? undefined : codec.read(key, bytes, secret);
    if (copy === undefined) return undefined;
    // Clocks that people read may differ; then it holds no longer than it did from the beginning.
    const ageMs = Math.max(0, today() - copy.writtenAt);
    const remainsMs = copy.ttlMs - ageMs;
    const found = { ...copy, remainsMs, ageMs };
    return remainsMs > 0 && stands(found) ? found : undefined;
  }

  /** Nothing of ours stands outside the prefix, whatever a caller calls his key. */
  #nameOf(key: string): string {
    const { prefix } = this.#parts;
    return key.startsWith(`${prefix}:`) ? key : `${prefix}:=${key}`;
  }

  async #write(): Promise<void> {
    const { store, codec, within, today } = this.#parts;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const writtenAt = today();
    const written = waiting.map(async ([key, { draft, ttlMs, secret: asked }]) => {
      const secret = asked && (await asked);
      if (asked !== undefined && secret === undefined) return;
      const bytes = codec.write(key, { ...draft, writtenAt, ttlMs }, secret);
      if (bytes === undefined) return this.#forgo(key);
      this.#unwritable.delete(key);
      await within(() => store.client.set(this.#nameOf(key), bytes, 'PX', Math.ceil(ttlMs)), true);
    });
    await Promise.allSettled(written);
  }

  /** Nobody should wait for what will not be put. */
  #forgo(key: string): void {
    if (this.#unwritable.size >= mostUnwritable) this.#unwritable.clear();
    this.#unwritable.add(key);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function nothing(): undefined {}
