import type { Objection, Position } from '../../coherence/change-list.js';
import type { Clock } from '../../coherence/clock.js';
import { Claim, type Replica } from '../../coherence/replica.js';
import { changedWith, watchedBy, type Tag } from '../../coherence/tag.js';
import { tagOfKey } from '../entry.js';
import type { Told } from './history.js';
import type { FoundDifference, Insight } from './insight.js';
import { kindOfKey } from '../key.js';
import type { MemoryStore } from '../memory/memory-store.js';
import type { Policy } from '../policy.js';
import type { Found as Shared, SharedStore } from '../store.js';
import { Survey, type Found } from './survey.js';
import type { Miss } from './traces.js';

/** What speaks against an entry, and whose doing it is. */
export interface Condemned {
  readonly how: 'expired' | Objection['how'] | 'out of step' | 'of another list';
  readonly tag: Tag | undefined;
  readonly position: Position | undefined;
  readonly transaction: Told | undefined;
}

/** Why a read went to its source, or why nothing is kept, and whose doing it was. */
export interface Reason extends Omit<Miss, 'objection'> {
  readonly tag: Tag | undefined;
  readonly transaction: Told | undefined;
}

/** What other processes could read under the key, as far as this one can say. */
export type SharedState = 'none' | 'stands' | 'dead' | 'unreachable' | 'no redis';

/** All that one process knows of a key. */
export interface Explanation {
  readonly at: number;
  readonly key: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly found: Found | undefined;
  /** Undefined: nothing speaks against the entry, or there is none. */
  readonly condemned: Condemned | undefined;
  /** Until when it is answered although this process is out of step; undefined: it is not. */
  readonly recalledUntil: number | undefined;
  readonly lastMiss: Reason | undefined;
  readonly gone: Reason | undefined;
  readonly shared: SharedState;
  /** What audits have found of it. */
  readonly differences: readonly FoundDifference[];
}

interface ExplainerParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly insight: Insight;
  readonly store: SharedStore;
}

/** Says of a key why a read of it is answered as it is. */
export class Explainer {
  readonly #parts: ExplainerParts;
  readonly #survey: Survey;

  constructor(parts: ExplainerParts) {
    this.#parts = parts;
    this.#survey = new Survey(parts);
  }

  async explain(key: string): Promise<Explanation> {
    const { policy, clock, insight } = this.#parts;
    const shared = await this.#shared(key);
    const found = this.#survey.find(key);
    const gone = found === undefined ? insight.traces.goneOf(key) : undefined;
    return {
      at: clock.now(),
      key,
      name: kindOfKey(key, policy.prefix),
      enabled: policy.enabled,
      found,
      condemned: found && this.#against(found),
      recalledUntil: found && this.#recalledUntil(found),
      lastMiss: this.#reason(this.#lastMissOf(key)),
      gone: this.#reason(gone),
      shared,
      differences: insight.differences.filter((difference) => difference.key === key),
    };
  }

  /** With the cache off nobody spells out keys, and every read is a miss for the same reason. */
  #lastMissOf(key: string): Miss | undefined {
    const { policy, insight } = this.#parts;
    return insight.traces.lastMissOf(key) ?? (policy.enabled ? undefined : { reason: 'disabled', at: insight.madeAt });
  }

  #against({ entry }: Found): Condemned | undefined {
    const { clock, replica } = this.#parts;
    const nobody = { tag: undefined, position: undefined, transaction: undefined };
    if (entry.expiresAt <= clock.now()) return { how: 'expired', ...nobody };
    const objection = replica.objectionTo(entry.claim);
    if (objection === undefined) return undefined;
    const transaction = this.#behind(objection, clock.now());
    const { how } = objection;
    if (how === 'changed') return { how, tag: objection.tag, position: objection.position, transaction };
    return how === 'fenced' ? { how, tag: objection.tag, position: undefined, transaction } : { how, ...nobody };
  }

  #recalledUntil({ entry }: Found): number | undefined {
    const { clock, replica } = this.#parts;
    if (!replica.recalls(entry.claim)) return undefined;
    const until = Math.min(entry.expiresAt, Math.max(entry.readAt, replica.inStepUntil) + entry.fallbackMs);
    return until > clock.now() ? until : undefined;
  }

  #reason(miss: Miss | undefined): Reason | undefined {
    if (miss === undefined) return undefined;
    const { objection, ...reason } = miss;
    const tag = objection !== undefined && 'tag' in objection ? objection.tag : undefined;
    return { ...reason, tag, transaction: objection && this.#behind(objection, miss.at) };
  }

  /** The transaction that changed the tag, or that had it fenced at that instant. */
  #behind(objection: Objection | { readonly how: 'out of step' | 'of another list' }, at: number): Told | undefined {
    const { history } = this.#parts.insight;
    if (objection.how === 'changed') return history.at(objection.position);
    if (objection.how !== 'fenced') return undefined;
    return history.told.find(
      ({ tags, fencedAt, settledAt = Infinity }) =>
        fencedAt <= at && at <= settledAt && tags.some((name) => changedWith(name).includes(objection.tag)),
    );
  }

  async #shared(key: string): Promise<SharedState> {
    const { store, replica } = this.#parts;
    let state: SharedState = 'none';
    const stands = (found: Shared) => {
      const isLive = replica.vouchesFor(new Claim(found.stamp, watchedBy(tagOfKey(key), found.tags)));
      state = isLive ? 'stands' : 'dead';
      return isLive;
    };
    const asked = store.getMany([{ key, stands }]);
    if (asked === undefined) return 'no redis';
    const [fetched] = await asked;
    return fetched?.failed ? 'unreachable' : state;
  }
}
