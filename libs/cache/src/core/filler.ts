import type { Clock } from '../coherence/clock.js';
import { Claim, type Stamp } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import type { Answers } from './answers.js';
import { tagOfKey, type Entry, type Kept } from './entry.js';
import type { Tell } from './events.js';
import type { Insight } from './insight/insight.js';
import type { Load } from './load.js';
import type { MemoryStore } from './memory/memory-store.js';
import type { Policy } from './policy.js';
import { admitted, confined, termsOf, type Read } from './read.js';
import { narrowest, tagsOfScope } from './scope.js';
import type { SharedEntries } from './shared-entries.js';
import { lifeMs } from './ttls.js';

/** What a load brings home. `kept` is missing when the value can belong to its first caller only. */
export interface Cargo extends Omit<Entry, 'kept'> {
  readonly value: unknown;
  readonly kept: Kept<unknown> | undefined;
}

export interface FillerParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly memory: MemoryStore;
  readonly shared: SharedEntries;
  readonly insight: Insight;
  readonly tell: Tell;
}

/** A load that has ended, and the list as it stood when it began. */
interface Loaded {
  readonly load: Load;
  readonly stamp: Stamp;
  readonly began: number;
}

/**
 * Keeps what was loaded, if others may have it.
 *
 * (I11) A result is kept under no later stamp than that of before its load.
 * (I13) What a load saw of an open transaction is returned, and neither kept nor shared.
 * (I28) What is kept holds for nobody for whom something that helped it does not.
 */
export class Filler {
  readonly #parts: FillerParts;
  readonly #answers: Answers;

  constructor(parts: FillerParts, answers: Answers) {
    this.#parts = parts;
    this.#answers = answers;
  }

  fill<T>(read: Read<T>, value: T, { load, stamp, began }: Loaded): Cargo {
    const { policy, memory, shared, clock, insight, tell } = this.#parts;
    const { tags: own, ownMs } = termsOf(read, value, tell);
    const tags = [...new Set([...own, ...load.tags, ...tagsOfScope(read.scope)])];
    const life = lifeMs(policy, { ownMs, name: read.name, tags });
    const terms = {
      claim: new Claim(stamp, watchedBy(tagOfKey(read.key), tags)),
      tags,
      expiresAt: Math.min(began + life, load.expiresAt),
      readAt: Math.min(began, load.readAt),
      fallbackMs: Math.min(read.fallbackMs, load.fallbackMs),
      scope: scopeWith(read, load),
      loadedAt: began,
      tookMs: clock.now() - began,
      by: undefined,
    };
    const isConfined = terms.scope !== read.scope;
    if (isConfined) confined(read, load.scopes, policy.prefix, tell);
    const kept = load.tainted || isConfined ? undefined : admitted(read, value, memory.keeper, tell);
    // A dead or expired entry would do no harm, only push out live ones.
    if (kept === undefined || terms.expiresAt <= clock.now()) insight.gone(read.key, { reason: 'not cacheable' });
    else if (!this.#answers.stand(terms)) insight.gone(read.key, this.#answers.against(terms.claim));
    else {
      const entry = { ...terms, kept };
      insight.advisor.lasts(read.name, life, terms.expiresAt - began);
      if (memory.set(read.key, entry, read.shortcut?.(), read.again?.())) insight.traces.kept(read.key);
      else insight.gone(read.key, { reason: 'too big' });
      shared.put(read.key, entry);
    }
    return { ...terms, value, kept };
  }
}

/** What the first caller gets: whoever shares a frozen value gets the same one on a miss; who gets copies may have the original. */
export function ownValue({ copy }: Read<unknown>, { kept, value }: Cargo): unknown {
  return copy === 'freeze' && kept !== undefined ? kept.give() : value;
}

/** For whom the result of the load holds. (I28) */
export function scopeWith({ scope }: Read<unknown>, { scopes }: Load): string | undefined {
  return scopes.size === 0 ? scope : narrowest(scope, [...scopes.keys()]);
}
