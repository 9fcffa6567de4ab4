import { Claim, type Replica, type Stamp } from '../coherence/replica.js';
import { watchedBy } from '../coherence/tag.js';
import type { Clock } from '../coherence/clock.js';
import { tagOfKey, type Entry, type Kept } from './entry.js';
import type { Tell } from './events.js';
import type { Frames } from './frame.js';
import { kindOfKey } from './key.js';
import { Load } from './load.js';
import type { MemoryStore } from './memory-store.js';
import type { Policy } from './policy.js';
import { admitted, confined, termsOf, type Read } from './read.js';
import { narrowest, tagsOfScope } from './scope.js';
import type { SharedEntries } from './shared-entries.js';
import { SingleFlight, type Landing } from './single-flight.js';
import { within } from './time-limit.js';

/** What a flight brings home. `kept` is missing when the value can belong to its first caller only. */
interface Cargo extends Omit<Entry, 'kept'> {
  readonly value: unknown;
  readonly kept: Kept<unknown> | undefined;
}

export interface ReaderParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly shared: SharedEntries;
  readonly frames: Frames;
  readonly tell: Tell;
}

/**
 * The read path, from top to bottom.
 *
 * (I9)  A caller gets the result of a load that began after it arrived, or of one whose claim still stands as it is shared.
 * (I11) The stamp is taken before the source is read, and the result is kept under no later one.
 * (I12) Within a transaction the source answers: no hit, no fill, no shared load.
 * (I13) What a load saw of an open transaction is returned, and neither kept nor shared.
 * (I25) Out of step, an answer from memory is no older than its read allows, and knows of all that this process has written.
 * (I28) What is kept or shared holds for nobody for whom something that helped it does not.
 */
export class Reader {
  readonly #parts: ReaderParts;
  #open: boolean;
  readonly #flights: SingleFlight<Cargo>;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#open = parts.policy.enabled;
    this.#flights = new SingleFlight(parts.clock, parts.policy.shareMs);
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
    return this.#open && this.#parts.frames.transaction === undefined;
  }

  read<T>(read: Read<T>): Promise<T> {
    if (!this.answers) return read.load();
    return (this.hit(read.key) as Promise<T> | undefined) ?? this.#miss(read);
  }

  /** Loads although there may be an entry that holds: until the new one takes its place, others are answered by it. */
  renew<T>(read: Read<T>): Promise<T> {
    return this.answers ? this.#miss(read, true) : read.load();
  }

  /** The answer that needs no load; only for a caller that has made sure of `answers`. */
  hit(key: string): Promise<unknown> | undefined {
    const entry = this.find(key);
    const given = entry && this.#given(key, entry.kept);
    if (given === undefined) return undefined;
    this.#parts.frames.load?.inherit(key, entry, this.#currentAt(entry as Entry));
    return Promise.resolve(given.value);
  }

  /** What is kept under the key. Whoever loads with its help depends on it, and on its absence no less. */
  async peek(key: string): Promise<unknown> {
    if (!this.answers) return undefined;
    const { frames } = this.#parts;
    const { load } = frames;
    const entry = this.find(key) ?? (await this.#parts.shared.get(key));
    load?.inherit(key, entry, entry && this.#currentAt(entry));
    return entry && this.#given(key, entry.kept)?.value;
  }

  /**
   * For a read that has no key: whoever loads with its help cannot be kept either, because nobody knows its tags. `scope`: for
   * whom that holds what it gives.
   */
  pass<T>(load: () => Promise<T>, scope?: string): Promise<T> {
    const surrounding = this.#parts.frames.load;
    surrounding?.lapse();
    if (scope !== undefined) surrounding?.confine(scope, '');
    return load();
  }

  /** The entry in memory that may be answered now. */
  find(key: string): Entry | undefined {
    const entry = this.#parts.memory.get(key);
    return entry !== undefined && this.#mayAnswer(entry) ? entry : undefined;
  }

  #mayAnswer(entry: Pick<Entry, 'claim' | 'readAt' | 'fallbackMs'>): boolean {
    const { replica, clock } = this.#parts;
    if (replica.vouchesFor(entry.claim)) return true;
    return clock.now() - this.#currentAt(entry) < entry.fallbackMs && replica.recalls(entry.claim);
  }

  /** When an entry that may be answered was last known to be what the source would give. */
  #currentAt({ readAt }: Pick<Entry, 'readAt'>): number {
    return Math.max(readAt, this.#parts.replica.inStepUntil);
  }

  #miss<T>(read: Read<T>, anew = false): Promise<T> {
    // Also an error, or one that is caught, says something of those it holds for.
    if (read.scope !== undefined) this.#parts.frames.load?.confine(read.scope, read.key);
    // Waiting for a load that waits for us would never end.
    if (this.#parts.frames.load?.isFor(read.key)) return this.#alone(read);
    const answer = this.#answer(read, anew);
    return read.timeoutMs === undefined ? answer : within(read.timeoutMs, read.name, answer, this.#parts.clock);
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
      if (flight.departed < arrived && !this.#stands(landing)) continue;
      if (landing.kind === 'crashed' && landing.confined) return this.#alone(read);
      if (landing.kind === 'crashed') throw landing.error;
      const given = landing.cargo.kept && this.#given(read.key, landing.cargo.kept);
      if (given === undefined) return this.#alone(read);
      this.#inherit(read.key, landing.cargo);
      return given.value as T;
    }
  }

  /** Is what this flight brought as good as if it had set out now? */
  #stands(landing: Landing<Cargo>): boolean {
    const { replica } = this.#parts;
    if (landing.kind === 'landed') return replica.vouchesFor(landing.cargo.claim);
    return replica.inStep && replica.stamp === landing.stamp;
  }

  #take<T>(read: Read<T>, landing: Landing<Cargo>): T {
    if (landing.kind === 'crashed') throw landing.error;
    const { cargo } = landing;
    this.#inherit(read.key, cargo);
    // Whoever shares a frozen value gets the same one on a miss; who gets copies may have the original.
    return (read.copy === 'freeze' && cargo.kept !== undefined ? cargo.kept.give() : cargo.value) as T;
  }

  #inherit(key: string, cargo: Cargo): void {
    this.#parts.frames.load?.inherit(key, cargo, cargo.readAt);
  }

  /** Undefined where a class does not make of its plain data what it made of it before: then the source is asked. */
  #given(key: string, kept: Kept<unknown>): { readonly value: unknown } | undefined {
    const { memory, policy, tell } = this.#parts;
    try {
      return { value: kept.give() };
    } catch (error) {
      memory.delete(key);
      tell({ kind: 'fault', during: `copying what is kept for ${kindOfKey(key, policy.prefix)}`, error });
      return undefined;
    }
  }

  /** A load that nobody else waits for. Whoever it helps depends on what it depends on, as ever. */
  async #alone<T>(read: Read<T>): Promise<T> {
    return this.#take(read, await this.#load(read));
  }

  /** What other processes keep first: they may have the value, or have this one load it for all. */
  async #fly<T>(read: Read<T>, anew: boolean): Promise<Landing<Cargo>> {
    const asked = anew ? undefined : this.#parts.shared.fetch(read);
    if (asked === undefined) return this.#load(read);
    const { entry, turn } = await asked;
    const given = entry && this.#given(read.key, entry.kept);
    if (given !== undefined) return { kind: 'landed', cargo: { ...(entry as Entry), value: given.value } };
    try {
      return await this.#load(read);
    } finally {
      turn?.end();
    }
  }

  async #load<T>(read: Read<T>): Promise<Landing<Cargo>> {
    const { replica, clock, frames } = this.#parts;
    const stamp = replica.stamp;
    const began = clock.now();
    const load = new Load(read.key, frames.load);
    try {
      const value = await frames.withLoad(load, () => read.load());
      return { kind: 'landed', cargo: this.#keep(read, value, load, stamp, began) };
    } catch (error) {
      return { kind: 'crashed', error, stamp, confined: scopeWith(read, load) !== read.scope };
    } finally {
      load.end();
    }
  }

  #keep<T>(read: Read<T>, value: T, load: Load, stamp: Stamp, began: number): Cargo {
    const { policy, memory, shared, clock, tell } = this.#parts;
    const { tags: own, ttlMs } = termsOf(read, value, tell);
    const tags = [...new Set([...own, ...load.tags, ...tagsOfScope(read.scope)])];
    const terms = {
      claim: new Claim(stamp, watchedBy(tagOfKey(read.key), tags)),
      tags,
      expiresAt: Math.min(began + ttlMs, load.expiresAt),
      readAt: Math.min(began, load.readAt),
      fallbackMs: Math.min(read.fallbackMs, load.fallbackMs),
      scope: scopeWith(read, load),
    };
    const isConfined = terms.scope !== read.scope;
    if (isConfined) confined(read, load.scopes, policy.prefix, tell);
    const kept = load.tainted || isConfined ? undefined : admitted(read, value, memory.keeper, tell);
    // A dead or expired entry would do no harm, only push out live ones.
    if (kept !== undefined && terms.expiresAt > clock.now() && this.#mayAnswer(terms)) {
      memory.set(read.key, { ...terms, kept }, read.shortcut?.());
      shared.put(read.key, { ...terms, kept });
    }
    return { ...terms, value, kept };
  }
}

/** For whom the result of the load holds. (I28) */
function scopeWith({ scope }: Read<unknown>, { scopes }: Load): string | undefined {
  return scopes.size === 0 ? scope : narrowest(scope, [...scopes.keys()]);
}
