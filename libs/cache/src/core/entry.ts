import type { Claim } from '../coherence/replica.js';
import type { Tag } from '../coherence/tag.js';

/** A value as the cache holds it: nobody else has a reference to it, `give` hands out what may be changed or is frozen. */
export interface Kept<T> {
  /** Estimated bytes in memory. */
  readonly weight: number;
  /** To be read, and only read. */
  readonly held: T;
  give(): T;
}

/** The tag that a key is for itself: whoever deletes a key changes it. */
export function tagOfKey(key: string): Tag {
  return `=${key}`;
}

/** What is kept under a key: the value, the claim that says until when it holds, and the instant it expires anyway. */
export interface Entry<T = unknown> {
  readonly kept: Kept<T>;
  readonly claim: Claim;
  /** As they were given, without families: whoever loads with the help of this entry depends on them too. */
  readonly tags: readonly Tag[];
  readonly expiresAt: number;
  /** The source was read then, or it was shown to be current. */
  readonly readAt: number;
  /** How long after it was last known to be current it may be answered out of step. Zero: never. */
  readonly fallbackMs: number;
  /** For whom it holds, `dataroom=7`; undefined: for everybody. */
  readonly scope: string | undefined;
  /** When its load began, how long that took, and which process has loaded it; undefined: this one. */
  readonly loadedAt: number;
  readonly tookMs: number;
  readonly by: string | undefined;
}
