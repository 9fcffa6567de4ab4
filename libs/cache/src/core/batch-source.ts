import type { Replica } from '../coherence/replica.js';
import type { Answers } from './answers.js';
import type { Cache } from './cache.js';
import type { MethodCounts } from './insight/counts.js';
import type { Entry } from './entry.js';
import { scopeWith, type Cargo, type Filler, type FillerParts } from './filler.js';
import type { Frames } from './frame.js';
import { Load } from './load.js';
import type { Read } from './read.js';
import type { Landing } from './single-flight.js';
import type { Miss } from './insight/traces.js';
import { traceLoad } from './insight/tracing.js';

/** Reads of several keys, none twice, of which any may be loaded together by one call. */
export interface Batch<T> {
  readonly name: string;
  readonly counts: MethodCounts;
  readonly timeoutMs: number | undefined;
  readonly reads: readonly Read<T>[];
  /** What the source gives for some of them, in their order. */
  load(reads: readonly Read<T>[]): Promise<readonly T[]>;
}

export type Landings<T> = ReadonlyMap<Read<T>, Landing<Cargo>>;

/** What is on its way for several reads. Neither rejects. */
export interface Bringing<T> {
  readonly asked: Promise<Asked<T>>;
  /** All that was not found. */
  readonly loaded: Promise<Landings<T>>;
}

interface Asked<T> {
  readonly found: Landings<T>;
  /** Those of which nobody could say whether others keep them. */
  readonly failed: ReadonlySet<Read<T>>;
}

export interface BatchSourceParts extends FillerParts {
  readonly replica: Replica;
  readonly frames: Frames;
  readonly cache: () => Cache;
  readonly answers: Answers;
  readonly filler: Filler;
}

/**
 * Brings what memory has not: one round trip for what others keep, then one load for the rest. There is no turn to load as for a
 * single key, for two processes could each have a part of what the other waits for.
 *
 * (I11) The stamp is taken before the source is read, once for all that one call loads.
 */
export class BatchSource {
  readonly #parts: BatchSourceParts;

  constructor(parts: BatchSourceParts) {
    this.#parts = parts;
  }

  /** `apart`: those that are loaded whatever others keep. */
  bring<T>(batch: Batch<T>, reads: readonly Read<T>[], apart: ReadonlySet<Read<T>>): Bringing<T> {
    const asked = this.#ask(reads.filter((read) => !apart.has(read)));
    const loaded = asked.then(({ found, failed }) => {
      const missing = reads.filter((read) => !found.has(read));
      return this.load(batch, missing, (read) => this.#whyNot(read, failed));
    });
    return { asked, loaded };
  }

  async #ask<T>(reads: readonly Read<T>[]): Promise<Asked<T>> {
    const { answers, shared, frames } = this.#parts;
    const [found, failed] = [new Map<Read<T>, Landing<Cargo>>(), new Set<Read<T>>()];
    const answered = reads.length === 0 ? undefined : await shared.getMany(reads);
    for (const [at, read] of reads.entries()) {
      const answer = answered?.[at];
      if (answer?.failed) failed.add(read);
      const entry = answer?.entry;
      const given = entry && answers.give(read.key, entry.kept);
      if (given === undefined) continue;
      if (frames.ahead === undefined) read.counts.sharedHits++;
      found.set(read, { kind: 'landed', cargo: { ...(entry as Entry), value: given.value } });
    }
    return { found, failed };
  }

  #whyNot<T>(read: Read<T>, failed: ReadonlySet<Read<T>>): Omit<Miss, 'at'> {
    return failed.has(read) ? { reason: 'redis error' } : this.#parts.answers.whyNot(read.key);
  }

  /** `whyNot`: why each of them is a miss; without, they have been counted. */
  async load<T>(
    batch: Batch<T>,
    reads: readonly Read<T>[],
    whyNot?: (read: Read<T>) => Omit<Miss, 'at'>,
  ): Promise<Landings<T>> {
    if (reads.length === 0) return new Map();
    const { replica, clock, frames, filler, insight, cache } = this.#parts;
    const { name, counts } = batch;
    const whys = reads.map((read) => whyNot?.(read));
    // What is loaded ahead of its readers has none yet.
    for (const [at, why] of whys.entries()) {
      if (frames.ahead !== undefined) frames.ahead.count(counts);
      else if (why !== undefined) insight.unanswered(counts, reads[at]!.key, why);
    }
    const stamp = replica.stamp;
    const began = clock.now();
    const keys = new Set(reads.map(({ key }) => key));
    const load = new Load(keys, frames.load);
    const landings = new Map<Read<T>, Landing<Cargo>>();
    try {
      const trace = { cache: cache(), name, reason: whys[0]?.reason };
      const values = await traceLoad(trace, () => frames.withLoad(load, () => batch.load(reads)));
      for (const [at, read] of reads.entries())
        landings.set(read, { kind: 'landed', cargo: filler.fill(read, values[at] as T, { load, stamp, began }) });
    } catch (error) {
      counts.failedLoads++;
      const isConfined = reads.some((read) => scopeWith(read, load) !== read.scope);
      const together = isConfined ? undefined : keys;
      for (const read of reads) landings.set(read, { kind: 'crashed', error, stamp, confined: true, together });
    } finally {
      counts.loads.add(clock.now() - began);
      load.end();
    }
    return landings;
  }
}
