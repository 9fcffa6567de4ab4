import type { Clock } from '../coherence/clock.js';
import type { Claim, Replica } from '../coherence/replica.js';
import type { MethodCounts } from './insight/counts.js';
import type { Entry, Kept } from './entry.js';
import type { Tell } from './events.js';
import { kindOfKey } from './key.js';
import type { MemoryStore } from './memory/memory-store.js';
import type { Policy } from './policy.js';
import type { Landing } from './single-flight.js';
import { mostTraced, type Miss, type Traces } from './insight/traces.js';

export interface AnswersParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly traces: Traces;
  readonly tell: Tell;
}

/** When something was read, under which claim, and how old it may be. */
type Terms = Pick<Entry, 'claim' | 'readAt' | 'fallbackMs'>;

/**
 * What may be answered from memory now, and why something may not.
 *
 * (I25) Out of step, an answer from memory is no older than its read allows, and knows of all that this process has written.
 */
export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** The entry in memory that may be answered now. */
  find(key: string, counts?: MethodCounts): Entry | undefined {
    const { memory, replica } = this.#parts;
    const entry = memory.get(key);
    if (entry === undefined || replica.vouchesFor(entry.claim)) return entry;
    if (!this.#recalls(entry)) return undefined;
    if (counts !== undefined) counts.blind++;
    return entry;
  }

  stand(terms: Terms): boolean {
    return this.#parts.replica.vouchesFor(terms.claim) || this.#recalls(terms);
  }

  /** Is what a flight brought as good as if it had set out now? (I9) */
  standsAsLanded(landing: Landing<Pick<Terms, 'claim'>>): boolean {
    const { replica } = this.#parts;
    if (landing.kind === 'landed') return replica.vouchesFor(landing.cargo.claim);
    return replica.inStep && replica.stamp === landing.stamp;
  }

  /** When an entry that may be answered was last known to be what the source would give. */
  currentAt({ readAt }: Pick<Terms, 'readAt'>): number {
    return Math.max(readAt, this.#parts.replica.inStepUntil);
  }

  /** Undefined where a class does not make of its plain data what it made of it before: then the source is asked. */
  give(key: string, kept: Kept<unknown>): { readonly value: unknown } | undefined {
    try {
      return { value: kept.give() };
    } catch (error) {
      return this.spoiled(key, error);
    }
  }

  /** What is kept cannot be given any more. */
  spoiled(key: string, error: unknown): undefined {
    const { memory, policy, clock, traces, tell } = this.#parts;
    memory.delete(key);
    traces.gone(key, { reason: 'not cacheable', at: clock.now() });
    tell({ kind: 'fault', during: `copying what is kept for ${kindOfKey(key, policy.prefix)}`, error });
  }

  /** Why nothing was found. Asked on the way to the source, which takes longer. */
  whyNot(key: string): Omit<Miss, 'at'> {
    const { memory, clock, replica, traces } = this.#parts;
    const entry = memory.look(key);
    if (entry !== undefined) return entry.expiresAt <= clock.now() ? { reason: 'expired' } : this.against(entry.claim);
    return traces.goneOf(key) ?? { reason: replica.inStep ? 'cold' : 'incoherent' };
  }

  against(claim: Claim): Omit<Miss, 'at'> {
    const objection = this.#parts.replica.objectionTo(claim);
    if (objection === undefined) return { reason: 'not cacheable' };
    if (objection.how === 'fenced') return { reason: 'fenced', objection };
    if (objection.how === 'changed' || objection.how === 'forgotten') return { reason: 'invalidated', objection };
    return { reason: 'incoherent' };
  }

  /** Gives the memory back of all that may not be answered, and remembers of what was used last why it is gone. */
  forget(): void {
    const { memory, clock, traces } = this.#parts;
    const at = clock.now();
    const keys = memory.keys();
    // What was used last stands first there, and has to come last here.
    for (let left = keys.length - 1; left >= 0; left--) {
      const key = keys[left]!;
      const entry = memory.look(key);
      if (entry === undefined || this.stand(entry)) continue;
      memory.delete(key);
      if (left < mostTraced) traces.gone(key, { ...this.against(entry.claim), at });
    }
  }

  #recalls(terms: Terms): boolean {
    const { replica, clock } = this.#parts;
    return clock.now() - this.currentAt(terms) < terms.fallbackMs && replica.recalls(terms.claim);
  }
}
