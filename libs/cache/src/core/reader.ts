import { Claim, type Replica, type Stamp } from '../coherence/replica.js';
import { watchedBy, type Tag } from '../coherence/tag.js';
import type { Clock } from '../coherence/clock.js';
import { tagOfKey, type Entry, type Kept } from './entry.js';
import { CacheError } from './errors.js';
import type { Tell } from './events.js';
import type { Frames } from './frame.js';
import { keep, type CopyMode } from './keeping.js';
import { Load } from './load.js';
import type { MemoryStore } from './memory-store.js';
import type { Policy } from './policy.js';
import type { Shortcut } from './shortcut.js';
import { SingleFlight, type Landing } from './single-flight.js';

/** One read: what is asked for, how it is loaded, and how long and under which tags the result holds. */
export interface Read<T> {
  readonly key: string;
  /** Who asks, for events: a method or a key's first parts, never arguments. */
  readonly name: string;
  readonly copy: CopyMode;
  readonly timeoutMs?: number | undefined;
  load(): Promise<T>;
  tagsOf(value: T): readonly Tag[];
  /** Milliseconds; a result whose time is not above zero is not kept. */
  ttlOf(value: T): number;
  /** For a result that is kept: how the next reader may come by `key`. */
  shortcut?(): Shortcut | undefined;
}

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
    return this.answers ? this.#miss(read) : read.load();
  }

  /** The answer that needs no load; only for a caller that has made sure of `answers`. */
  hit(key: string): Promise<unknown> | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    this.#parts.frames.load?.inherit(key, entry);
    return Promise.resolve(entry.kept.give());
  }

  /** What is kept under the key. Whoever loads with its help depends on it, and on its absence no less. */
  peek(key: string): unknown {
    if (!this.answers) return undefined;
    const entry = this.find(key);
    this.#parts.frames.load?.inherit(key, entry);
    return entry?.kept.give();
  }

  /** For a read that has no key: whoever loads with its help cannot be kept either, because nobody knows its tags. */
  pass<T>(load: () => Promise<T>): Promise<T> {
    this.#parts.frames.load?.lapse();
    return load();
  }

  /** The entry that may be answered now. */
  find(key: string): Entry | undefined {
    const { memory, replica } = this.#parts;
    const entry = memory.get(key);
    return entry !== undefined && replica.vouchesFor(entry.claim) ? entry : undefined;
  }

  #miss<T>(read: Read<T>): Promise<T> {
    // Waiting for a load that waits for us would never end.
    if (this.#parts.frames.load?.isFor(read.key)) return this.#alone(read);
    const answer = this.#answer(read);
    return read.timeoutMs === undefined ? answer : this.#within(read.timeoutMs, read.name, answer);
  }

  async #answer<T>(read: Read<T>): Promise<T> {
    const arrived = this.#flights.arrive();
    for (;;) {
      const flight = this.#flights.underway(read.key);
      if (flight === undefined) return this.#lead(read);
      const landing = await flight.landing;
      if (landing.kind === 'late') {
        // Loads may be late because they wait for each other; whoever waits inside of none can only be a herd.
        if (this.#parts.frames.load !== undefined) return this.#alone(read);
        continue;
      }
      if (flight.departed < arrived && !this.#stands(landing)) continue;
      if (landing.kind === 'crashed') throw landing.error;
      if (landing.cargo.kept === undefined) return this.#alone(read);
      this.#parts.frames.load?.inherit(read.key, landing.cargo);
      return landing.cargo.kept.give() as T;
    }
  }

  /** Is what this flight brought as good as if it had set out now? */
  #stands(landing: Landing<Cargo>): boolean {
    const { replica } = this.#parts;
    return landing.kind === 'landed' ? replica.vouchesFor(landing.cargo.claim) : replica.stamp === landing.stamp;
  }

  async #lead<T>(read: Read<T>): Promise<T> {
    return this.#take(read, await this.#flights.depart(read.key, () => this.#load(read)));
  }

  #take<T>(read: Read<T>, landing: Landing<Cargo>): T {
    if (landing.kind === 'crashed') throw landing.error;
    const { cargo } = landing;
    this.#parts.frames.load?.inherit(read.key, cargo);
    // Whoever shares a frozen value gets the same one on a miss; who gets copies may have the original.
    return (read.copy === 'freeze' && cargo.kept !== undefined ? cargo.kept.give() : cargo.value) as T;
  }

  /** A load that nobody else waits for. Whoever it helps depends on what it depends on, as ever. */
  async #alone<T>(read: Read<T>): Promise<T> {
    return this.#take(read, await this.#load(read));
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
      return { kind: 'crashed', error, stamp };
    } finally {
      load.end();
    }
  }

  #keep<T>(read: Read<T>, value: T, load: Load, stamp: Stamp, began: number): Cargo {
    const { memory, replica, clock } = this.#parts;
    const { tags, ttlMs } = this.#terms(read, value);
    const all = [...new Set([...tags, ...load.tags])];
    const claim = new Claim(stamp, watchedBy(tagOfKey(read.key), all));
    const expiresAt = Math.min(began + ttlMs, load.expiresAt);
    const kept = load.tainted ? undefined : this.#admit(read, value);
    // A dead or expired entry would do no harm, only push out live ones.
    if (kept !== undefined && expiresAt > clock.now() && replica.vouchesFor(claim)) {
      memory.set(read.key, { kept, claim, tags: all, expiresAt }, read.shortcut?.());
    }
    return { value, kept, claim, tags: all, expiresAt };
  }

  /** A method whose tags or time cannot be told is answered, and never kept. */
  #terms<T>(read: Read<T>, value: T): { tags: readonly Tag[]; ttlMs: number } {
    let part: 'tags' | 'ttl' = 'tags';
    try {
      const tags = read.tagsOf(value);
      part = 'ttl';
      return { tags, ttlMs: read.ttlOf(value) };
    } catch (error) {
      this.#parts.tell({ kind: 'misdeclared', name: read.name, part, error });
      return { tags: [], ttlMs: -Infinity };
    }
  }

  #admit<T>(read: Read<T>, value: T): Kept<T> | undefined {
    try {
      return keep(value, read.copy);
    } catch (error) {
      this.#parts.tell({ kind: 'refused', name: read.name, error });
      return undefined;
    }
  }

  #within<T>(ms: number, name: string, answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const cancel = this.#parts.clock.after(ms, () => reject(timeout(name, ms)));
      answer.then(resolve, reject).finally(cancel);
    });
  }
}

function timeout(name: string, ms: number): CacheError {
  const advice = 'Raise its `timeout`, or find out what keeps the source.';
  return new CacheError('CACHE_LOAD_TIMEOUT', `${name} had not been loaded after ${ms} ms. ${advice}`);
}
