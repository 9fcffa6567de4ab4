import type { Answers } from './answers.js';
import type { Entry } from './entry.js';
import type { Frames } from './frame.js';
import type { MethodCounts } from './insight/counts.js';
import type { Insight } from './insight/insight.js';
import type { Miss } from './insight/traces.js';
import { readingOf, type SharedEntries } from './shared-entries.js';

interface PeeksParts {
  readonly answers: Answers;
  readonly shared: SharedEntries;
  readonly frames: Frames;
  readonly insight: Insight;
}

interface Wanted {
  readonly key: string;
  readonly counts: MethodCounts;
}

/** What was found of one key. */
interface Seen {
  readonly entry: Entry | undefined;
  readonly isShared: boolean;
  /** Why memory had nothing, if that was asked before others were. */
  readonly why?: Omit<Miss, 'at'> | undefined;
}

/**
 * Reads that load nothing: what is kept under a key, here or in Redis, or undefined.
 *
 * (I33) What is answered in step of several keys at once was true of all of them at one instant.
 */
export class Peeks {
  readonly #parts: PeeksParts;

  constructor(parts: PeeksParts) {
    this.#parts = parts;
  }

  async one(key: string, counts: MethodCounts): Promise<unknown> {
    const { answers, shared } = this.#parts;
    const known = answers.find(key, counts);
    if (known !== undefined) return this.#give({ key, counts }, { entry: known, isShared: false });
    const why = answers.whyNot(key);
    const entry = await shared.get(key);
    return this.#give({ key, counts }, { entry, isShared: true, why });
  }

  /** In the order of the keys. */
  async many(wanted: readonly Wanted[]): Promise<unknown[]> {
    const { answers, shared } = this.#parts;
    const absent = wanted.map(({ key }) => key).filter((key) => answers.find(key) === undefined);
    const whys = new Map(absent.map((key) => [key, answers.whyNot(key)]));
    const asked = whys.size === 0 ? undefined : await shared.getMany([...whys.keys()].map(readingOf));
    const found = new Map([...whys.keys()].map((key, at) => [key, asked?.[at]]));
    // Also what memory had is looked at only now, so that all of it is true at one instant. (I33)
    return wanted.map(({ key, counts }) => {
      const { entry: taken, failed = false } = found.get(key) ?? {};
      const known = answers.find(key, counts);
      const entry = known ?? (taken !== undefined && answers.stand(taken) ? taken : undefined);
      const why = failed ? ({ reason: 'redis error' } as const) : whys.get(key);
      return this.#give({ key, counts }, { entry, isShared: entry === taken, why });
    });
  }

  /** Whoever loads with its help depends on it, and on its absence no less. */
  #give({ key, counts }: Wanted, { entry, isShared, why }: Seen): unknown {
    const { answers, frames, insight } = this.#parts;
    frames.load?.inherit(key, entry, entry && answers.currentAt(entry));
    const given = entry && answers.give(key, entry.kept);
    if (given === undefined) insight.unanswered(counts, key, why ?? answers.whyNot(key));
    else if (isShared) counts.sharedHits++;
    else counts.hits++;
    return given?.value;
  }
}
