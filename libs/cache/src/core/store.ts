import type { Stamp } from '../coherence/replica.js';
import type { Tag } from '../coherence/tag.js';

/** What one process tells the others about an entry: everything but the key and the time. */
export interface Draft {
  /** To be read, and only read. */
  readonly value: unknown;
  readonly stamp: Stamp;
  /** As they were given, without families. */
  readonly tags: readonly Tag[];
  /** Estimated bytes in memory. */
  readonly weight: number;
  /** How long it may be answered out of step. */
  readonly fallbackMs: number;
  /** Which process has loaded it, and how long that took. */
  readonly by: string;
  readonly tookMs: number;
}

/** When it was written, on the clock that people read, and how long it held from then on. */
export interface Dated {
  readonly writtenAt: number;
  readonly ttlMs: number;
}

/** What was read back. Each call of `value` decodes it anew and gives it away. */
export interface Copy extends Omit<Draft, 'value'>, Dated {
  value(): unknown;
}

/** How a draft becomes bytes and comes back. */
export interface Codec {
  /** Undefined: what would be read back would not be the same, or is too much. Never throws. `secret`: see ScopeKeys. */
  write(key: string, draft: Draft & Dated, secret?: Buffer): Buffer | undefined;
  /** Undefined: not ours, damaged, of another version, or written for another key or with another secret. Never throws. */
  read(key: string, bytes: Buffer, secret?: Buffer): Copy | undefined;
}

/** A copy, and how long it holds, counted from when it was asked for. */
export interface Found extends Omit<Copy, keyof Dated> {
  readonly remainsMs: number;
  /** How long ago it was written. */
  readonly ageMs: number;
}

/** The right to load a key while other processes wait for what is put. */
export interface Turn {
  end(): void;
}

/** A key that is asked for, and what is asked of its entry as it is found. */
export interface Wanted {
  readonly key: string;
  readonly stands: (found: Found) => boolean;
}

/** What came of asking: an entry that stands; a turn to load it for all; or neither, and the caller loads for itself. */
export interface Fetched {
  readonly found?: Found | undefined;
  readonly turn?: Turn | undefined;
  /** It could not be asked. */
  readonly failed?: boolean;
}

/**
 * Entries that all processes share. Whether one may be answered is not decided here: it carries the stamp of its load, and
 * whoever finds it asks its own replica. No method rejects, and none takes longer than a budget - but that `fetch` may wait for
 * another process that is loading the same key.
 */
export interface SharedStore {
  /** Undefined at once: there is nothing to ask. `stands` is asked of each entry as it is found. */
  fetch(key: string, stands: (found: Found) => boolean): Promise<Fetched> | undefined;
  /** Undefined at once, as above; else what stands, and no turn. */
  get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> | undefined;
  /** As `get`, of many keys in one round trip, and in their order. In a cluster it takes one for each slot, all at the same time. */
  getMany(wanted: readonly Wanted[]): Promise<readonly Fetched[]> | undefined;
  put(key: string, draft: Draft, ttlMs: number): void;
}

/** Of a process that shares nothing. */
export const noStore: SharedStore = Object.freeze({
  fetch: () => undefined,
  get: () => undefined,
  getMany: () => undefined,
  put: () => {},
});
