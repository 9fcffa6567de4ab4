import type { Ttls } from './ttls.js';

/** The settled choices of one cache: every default has been applied before one of these exists. */
export interface Policy {
  readonly enabled: boolean;
  readonly prefix: string;
  readonly ttlMs: number;
  /** Instead of it, for entries of some types and of some methods. */
  readonly ttls: Ttls;
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** How long what has expired may go on taking room. */
  readonly purgeEveryMs: number;
  /** The part of a full memory, from 0 to 1, beyond which whatever a scope names makes room with its own entries. */
  readonly scopeShare: number;
  /** How long a caller waits for another's load before it loads by itself. */
  readonly shareMs: number;
  /** How old an answer from memory may be while out of step. Zero: there is none. */
  readonly fallbackMs: number;
  /** The part of hits, from 0 to 1, that is compared with what the source gives. */
  readonly auditRate: number;
  /** Every cached method must say for whom its results hold. */
  readonly requireScope: boolean;
  /** A call that cannot say so is an error; else it is answered from the source. */
  readonly strict: boolean;
}

export const defaults: Policy = Object.freeze({
  enabled: true,
  prefix: 'dataroom',
  ttlMs: 300_000,
  ttls: new Map(),
  maxBytes: 128 * 1024 * 1024,
  maxEntries: 100_000,
  purgeEveryMs: 1_000,
  scopeShare: 0.25,
  shareMs: 10_000,
  fallbackMs: 5_000,
  auditRate: 0,
  requireScope: false,
  strict: true,
});

/**
 * How many changed tags are remembered. Older entries than the oldest of them are dead: see DECISIONS.md, "The floor".
 * A tag takes up to 130 bytes, so that they never come to more than a fifth of what the entries may take.
 */
export function rememberedChanges({ maxBytes }: Policy): number {
  return Math.min(200_000, Math.ceil(maxBytes / 640));
}
