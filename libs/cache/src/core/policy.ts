/** The settled choices of one cache: every default has been applied before one of these exists. */
export interface Policy {
  readonly enabled: boolean;
  readonly prefix: string;
  readonly ttlMs: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** How long a caller waits for another's load before it loads by itself. */
  readonly shareMs: number;
}

export const defaults: Policy = Object.freeze({
  enabled: true,
  prefix: 'dataroom',
  ttlMs: 300_000,
  maxBytes: 128 * 1024 * 1024,
  maxEntries: 100_000,
  shareMs: 10_000,
});
