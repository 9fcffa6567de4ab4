import type { Entry } from './entry.js';
import type { Shortcut } from './shortcut.js';

/** What an entry takes beside its value, key and tags: lru-cache, the wheel, the claim. Measured: see DECISIONS.md, "Weights". */
const overheadOfEntry = 300;
/** A tag's text has a header and a place in two lists. */
const overheadOfTag = 32;
/** It may be the only one of its scope. */
const overheadOfScope = 100;

/** An entry as the memory holds it, and what has to be known to let go of it. */
export class Shelved {
  /** Estimated bytes of everything that goes with it. */
  readonly weight: number;
  /** It has answered somebody since its scope last had to pay. */
  used = false;
  /** Its neighbours among the entries of its scope. */
  older: Shelved | undefined;
  newer: Shelved | undefined;

  constructor(
    readonly key: string,
    readonly entry: Entry,
    readonly shortcut: Shortcut | undefined,
  ) {
    let weight = entry.kept.weight + key.length + overheadOfEntry + (shortcut === undefined ? 0 : shortcut.weight);
    if (entry.scope !== undefined) weight += overheadOfScope;
    for (const tag of entry.claim.watched) weight += tag.length + overheadOfTag;
    this.weight = weight;
  }
}
