import type { Claim } from '../coherence/replica.js';
import type { Tag } from '../coherence/tag.js';

/** A value as the cache holds it: nobody else has a reference to it, `give` hands out what may be changed or is frozen. */
export interface Kept<T> {
  /** Estimated bytes in memory. */
  readonly weight: number;
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
}
