/** The settled choices of one cache: every default has been applied before one of these exists. */
export interface Policy {
  readonly enabled: boolean;
  readonly prefix: string;
  readonly ttlMs: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** The part of a full memory, from 0 to 1, beyond which whatever a scope names makes room with its own entries. */
  readonly scopeShare: number;
  /** How long a caller waits for another's load before it loads by itself. */
  readonly shareMs: number;
  /** How old an answer from memory may be while out of step. Zero: there is none. */
  readonly fallbackMs: number;
  /** Every cached method must say for whom its results hold. */
  readonly requireScope: boolean;
  /** A call that cannot say so is an error; else it is answered from the source. */
  readonly strict: boolean;
}

export const defaults: Policy = Object.freeze({
  enabled: true,
  prefix: 'dataroom',
  ttlMs: 300_000,
  maxBytes: 128 * 1024 * 1024,
  maxEntries: 100_000,
  scopeShare: 0.25,
  shareMs: 10_000,
  fallbackMs: 5_000,
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
