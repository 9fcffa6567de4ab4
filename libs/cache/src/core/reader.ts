import type { Replica } from '../coherence/replica.js';
import { Answers } from './answers.js';
import type { Cache } from './cache.js';
import type { MethodCounts } from './insight/counts.js';
import type { Entry } from './entry.js';
import { Filler, ownValue, scopeWith, type Cargo, type FillerParts } from './filler.js';
import type { Frames } from './frame.js';
import { Load } from './load.js';
import { Many } from './many.js';
import { Peeks } from './peeks.js';
import type { Read } from './read.js';
import { SingleFlight, type Landing } from './single-flight.js';
import { within } from './time-limit.js';
import type { Miss } from './insight/traces.js';
import { traceLoad } from './insight/tracing.js';

export interface ReaderParts extends FillerParts {
  readonly replica: Replica;
  readonly frames: Frames;
  /** Whose reads these are: it is made when the reader has been. */
  readonly cache: () => Cache;
}

/**
 * The read path, from top to bottom.
 *
 * (I9)  A caller gets the result of a load that began after it arrived, or of one whose claim still stands as it is shared.
 * (I11) The stamp is taken before the source is read.
 * (I12) Within a transaction the source answers: no hit, no fill, no shared load.
 * (I28) What is shared holds for nobody for whom something that helped it does not.
 */
export class Reader {
  readonly #parts: ReaderParts;
  readonly #answers: Answers;
  readonly #filler: Filler;
  #open: boolean;
  readonly #flights: SingleFlight<Cargo>;
  /** The same for several keys at once. */
  readonly many: Many;
  /** Only for a caller that has made sure of `answers`. */
  readonly peeks: Peeks;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#answers = new Answers({ ...parts, traces: parts.insight.traces });
    this.#filler = new Filler(parts, this.#answers);
    this.#open = parts.policy.enabled;
    this.#flights = new SingleFlight(parts.clock, parts.policy.shareMs);
    this.many = new Many({ ...parts, answers: this.#answers, filler: this.#filler, flights: this.#flights });
    this.peeks = new Peeks({ ...parts, answers: this.#answers });
  }

  /** Nothing is answered or kept until `open`: used while writes cannot be followed yet. */
  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = this.#parts.policy.enabled;
  }

  /** May this call be answered by anything but the source? */
  get answers(): boolean {
    return this.#open && !this.#parts.frames.bypassing;
  }

  read<T>(read: Read<T>): Promise<T> {
    if (!this.answers) return this.bypass(read.counts, read.key, () => read.load());
    return (this.hit(read.key, read.counts) as Promise<T> | undefined) ?? this.#miss(read);
  }

  /** Loads although there may be an entry that holds: until the new one takes its place, others are answered by it. */
  renew<T>(read: Read<T>): Promise<T> {
    return this.answers ? this.#miss(read, true) : read.load();
  }

  /** The answer that needs no load; only for a caller that has made sure of `answers`. */
  hit(key: string, counts: MethodCounts): Promise<unknown> | undefined {
    const { memory, replica, frames } = this.#parts;
    const entry = memory.get(key);
    if (entry === undefined) return undefined;
    if (!replica.vouchesFor(entry.claim)) return this.#recall(key, counts);
    let value: unknown;
    try {
      // Not by way of `Answers.give`: what it gives a value in takes a fiftieth of the time of a small hit.
      value = entry.kept.give();
    } catch (error) {
      return this.#answers.spoiled(key, error);
    }
    counts.hits++;
    frames.load?.inherit(key, entry, this.#answers.currentAt(entry));
    return Promise.resolve(value);
  }

  /** The same out of step. (I25) */
  #recall(key: string, counts: MethodCounts): Promise<unknown> | undefined {
    const entry = this.#answers.find(key, counts);
    const given = entry && this.#answers.give(key, entry.kept);
    if (given === undefined) return undefined;
    counts.hits++;
    this.#parts.frames.load?.inherit(key, entry, this.#answers.currentAt(entry as Entry));
    return Promise.resolve(given.value);
  }

  /** For a caller that has seen that nothing `answers`. */
  bypass<T>(counts: MethodCounts, key: string | undefined, load: () => Promise<T>): Promise<T> {
    this.unanswered(counts, key);
    return load();
  }

  /** Counts a read that nothing answers but the source. */
  unanswered(counts: MethodCounts, key: string | undefined): void {
    const { policy, frames, insight } = this.#parts;
    // Nobody has read it.
    if (frames.isAfresh) return;
    const why = frames.transaction === undefined ? 'incoherent' : 'in transaction';
    insight.unanswered(counts, key, { reason: policy.enabled ? why : 'disabled' });
  }

  /** Everything was changed: this gives the memory back at once. */
  forget(): void {
    this.#answers.forget();
  }

  /** Is there an answer in memory? Nobody is told, and nothing counted: for whoever wants there to be one. */
  holds(key: string): boolean {
    return this.#answers.find(key) !== undefined;
  }

  /** What is kept under the key, and no load. */
  peek(key: string, counts: MethodCounts): Promise<unknown> {
    return this.answers ? this.peeks.one(key, counts) : this.bypass(counts, key, () => Promise.resolve(undefined));
  }

  /**
   * For a read that has no key: whoever loads with its help cannot be kept either, because nobody knows its tags. `scope`: for
   * whom that holds what it gives.
   */
  pass<T>(counts: MethodCounts, load: () => Promise<T>, scope?: string): Promise<T> {
    const { frames, insight } = this.#parts;
    insight.unanswered(counts, undefined, { reason: 'not cacheable' });
    const surrounding = frames.load;
    surrounding?.lapse();
    if (scope !== undefined) surrounding?.confine(scope, '');
    return load();
  }

  #miss<T>(read: Read<T>, anew = false): Promise<T> {
    // Also an error, or one that is caught, says something of those it holds for.
    if (read.scope !== undefined) this.#parts.frames.load?.confine(read.scope, read.key);
    // Waiting for a load that waits for us would never end.
    if (this.#parts.frames.load?.isFor(read.key)) return this.#alone(read);
    const answer = this.#answer(read, anew);
    const { frames, clock } = this.#parts;
    if (read.timeoutMs === undefined || frames.ahead !== undefined) return answer;
    return within(read.timeoutMs, read.name, answer, clock);
  }

  async #answer<T>(read: Read<T>, anew: boolean): Promise<T> {
    const arrived = this.#flights.arrive();
    for (;;) {
      const flight = this.#flights.underway(read.key);
      if (flight === undefined) {
        return this.#take(read, await this.#flights.depart(read.key, () => this.#fly(read, anew)));
      }
      const landing = await flight.landing;
      if (landing.kind === 'late') {
        // Loads may be late because they wait for each other; whoever waits inside of none can only be a herd.
        if (this.#parts.frames.load !== undefined) return this.#alone(read);
        continue;
      }
      if (flight.departed < arrived && !this.#answers.standsAsLanded(landing)) continue;
      if (landing.kind === 'crashed') {
        if (landing.confined) return this.#alone(read);
        this.#count(read, 'joined');
        throw landing.error;
      }
      const given = landing.cargo.kept && this.#answers.give(read.key, landing.cargo.kept);
      if (given === undefined) return this.#alone(read);
      this.#count(read, 'joined');
      this.#inherit(read.key, landing.cargo);
      return given.value as T;
    }
  }

  #take<T>(read: Read<T>, landing: Landing<Cargo>): T {
    if (landing.kind === 'crashed') throw landing.error;
    const { cargo } = landing;
    this.#inherit(read.key, cargo);
    return ownValue(read, cargo) as T;
  }

  #inherit(key: string, cargo: Cargo): void {
    this.#parts.frames.load?.inherit(key, cargo, cargo.readAt);
  }

  /** A load that nobody else waits for. Whoever it helps depends on what it depends on, as ever. */
  async #alone<T>(read: Read<T>): Promise<T> {
    return this.#take(read, await this.#load(read, this.#answers.whyNot(read.key)));
  }

  /** What other processes keep first: they may have the value, or have this one load it for all. */
  async #fly<T>(read: Read<T>, anew: boolean): Promise<Landing<Cargo>> {
    if (anew) return this.#load(read);
    const why = this.#answers.whyNot(read.key);
    const { shared, frames } = this.#parts;
    // Nobody else is at it, and whoever reads meanwhile had better not wait.
    const asked = frames.ahead?.by === 'warming' ? shared.find(read) : shared.fetch(read);
    if (asked === undefined) return this.#load(read, why);
    const { entry, turn, failed } = (await asked) ?? {};
    const given = entry && this.#answers.give(read.key, entry.kept);
    if (given !== undefined) {
      this.#count(read, 'sharedHits');
      return { kind: 'landed', cargo: { ...(entry as Entry), value: given.value } };
    }
    try {
      return await this.#load(read, failed ? { reason: 'redis error' } : why);
    } finally {
      turn?.end();
    }
  }

  /** What is loaded ahead of its readers has none yet. */
  #count({ counts }: Read<unknown>, how: 'joined' | 'sharedHits'): void {
    if (this.#parts.frames.ahead === undefined) counts[how]++;
  }

  /** `why` it is a miss; without, it is a renewal that nobody waits for. */
  async #load<T>(read: Read<T>, why?: Omit<Miss, 'at'>): Promise<Landing<Cargo>> {
    const { replica, clock, frames, insight, cache } = this.#parts;
    const { counts } = read;
    if (frames.ahead !== undefined) frames.ahead.count(counts);
    else if (why === undefined) counts.refreshes++;
    else insight.unanswered(counts, read.key, why);
    const stamp = replica.stamp;
    const began = clock.now();
    const load = new Load(read.key, frames.load);
    try {
      const trace = { cache: cache(), name: read.name, reason: why?.reason };
      const value = await traceLoad(trace, () => frames.withLoad(load, () => read.load()));
      return { kind: 'landed', cargo: this.#filler.fill(read, value, { load, stamp, began }) };
    } catch (error) {
      counts.failedLoads++;
      return { kind: 'crashed', error, stamp, confined: scopeWith(read, load) !== read.scope };
    } finally {
      counts.loads.add(clock.now() - began);
      load.end();
    }
  }
}
