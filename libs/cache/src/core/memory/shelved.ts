import type { Entry } from '../entry.js';
import type { Again } from '../read.js';
import { partsOf } from '../scope.js';
import type { Held, Holding } from './share.js';
import type { Shortcut } from './shortcut.js';

/** What an entry takes beside its value, key and tags: lru-cache, the wheel, the claim. Measured: see DECISIONS.md, "Weights". */
const overheadOfEntry = 350;
/** A tag's text has a header and a place in two lists. */
const overheadOfTag = 32;
/** It may be the only one whose scope has it. */
const overheadOfPart = 150;
const none: readonly [] = [];

/** An entry as the memory holds it, and what has to be known to let go of it. */
export class Shelved implements Held {
  /** Estimated bytes of everything that goes with it. */
  readonly weight: number;
  /** `dataroom=7` and `user=3`, of the scope that has both. */
  readonly parts: readonly string[];
  /** In whose shares it is. */
  holdings: readonly Holding[] = none;
  used = false;
  /** From then on it may be loaded anew. */
  dueAt: number;
  #usedBefore = false;

  constructor(
    readonly key: string,
    readonly entry: Entry,
    readonly shortcut: Shortcut | undefined,
    readonly again: Again | undefined,
  ) {
    const { loadedAt, expiresAt } = entry;
    this.dueAt = again === undefined ? 0 : expiresAt - (expiresAt - loadedAt) * again.part;
    this.parts = entry.scope === undefined ? none : partsOf(entry.scope);
    let weight = entry.kept.weight + key.length + overheadOfEntry + (shortcut === undefined ? 0 : shortcut.weight);
    weight += this.parts.length * overheadOfPart;
    if (again !== undefined) weight += again.weight;
    for (const tag of entry.claim.watched) weight += tag.length + overheadOfTag;
    this.weight = weight;
  }

  /** It has answered somebody since it was loaded. */
  get everUsed(): boolean {
    return this.used || this.#usedBefore;
  }

  passOver(): void {
    this.#usedBefore ||= this.used;
    this.used = false;
  }
}
