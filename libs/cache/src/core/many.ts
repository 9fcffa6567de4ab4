import { BatchSource, type Batch, type BatchSourceParts } from './batch-source.js';
import type { Entry } from './entry.js';
import { ownValue, type Cargo } from './filler.js';
import type { Read } from './read.js';
import type { Landing, SingleFlight } from './single-flight.js';
import { within } from './time-limit.js';

export interface ManyParts extends BatchSourceParts {
  readonly flights: SingleFlight<Cargo>;
}

/** How one of the reads is answered, and what whoever is helped by it inherits. */
interface Taken {
  readonly value: unknown;
  readonly terms: Omit<Entry, 'kept'>;
  readonly isHit: boolean;
  /** The load that brought it, if that was begun for this batch. */
  readonly load: unknown;
}

/** A batch that is being read. */
interface Reading<T> {
  readonly batch: Batch<T>;
  readonly arrived: number;
  readonly keys: ReadonlySet<string>;
  readonly taken: Map<Read<T>, Taken>;
  /** Those that may wait for nobody else's load. */
  readonly alone: Set<Read<T>>;
  /** The last load that was begun for it. */
  load: unknown;
}

type Flight = NonNullable<ReturnType<SingleFlight<Cargo>['underway']>>;

/**
 * The read path of several keys at once: what memory has, then one round trip for what others keep, then one load.
 *
 * No two batches wait for each other. In one pass, in which nothing is waited for, each joins the flights that are under way and
 * has all the others depart; and a flight waits for Redis and its source only, never for another flight. So whatever a batch
 * joins, it lands, and it lands though the batch that began it is waiting for a flight of this one.
 *
 * (I9)  A caller gets the result of a load that began after it arrived, or of one whose claim still stands as it is shared.
 * (I33) What is answered in step of several keys at once was true of all of them at one instant.
 */
export class Many {
  readonly #parts: ManyParts;
  readonly #source: BatchSource;

  constructor(parts: ManyParts) {
    this.#parts = parts;
    this.#source = new BatchSource(parts);
  }

  /** The values in the order of the reads; only for a caller that has made sure that the reader answers. */
  read<T>(batch: Batch<T>): Promise<readonly T[]> {
    const answer = this.#read(batch);
    return batch.timeoutMs === undefined ? answer : within(batch.timeoutMs, batch.name, answer, this.#parts.clock);
  }

  async #read<T>(batch: Batch<T>): Promise<readonly T[]> {
    const { answers, flights, frames } = this.#parts;
    const taken = new Map<Read<T>, Taken>();
    const reading: Reading<T> = {
      batch,
      arrived: flights.arrive(),
      keys: new Set(batch.reads.map(({ key }) => key)),
      taken,
      alone: new Set(),
      load: undefined,
    };
    for (let left = batch.reads; left.length > 0; left = left.filter((read) => !taken.has(read))) {
      const waits = this.#pass(reading, left);
      if (waits.length > 0) await Promise.all(waits);
    }
    if (this.#isOvertaken(reading)) await this.#readAnew(reading);
    return batch.reads.map((read) => {
      const { value, terms, isHit } = taken.get(read)!;
      frames.load?.inherit(read.key, terms, isHit ? answers.currentAt(terms) : terms.readAt);
      return value as T;
    });
  }

  /** Nothing is waited for in here: see above. What is given takes the reads that it brings, or leaves them for the next pass. */
  #pass<T>(reading: Reading<T>, reads: readonly Read<T>[]): Promise<void>[] {
    const { frames, flights } = this.#parts;
    const { taken, alone } = reading;
    const departing: Read<T>[] = [];
    const waits: Promise<void>[] = [];
    for (const read of reads) {
      const hit = this.#hit(read);
      if (hit !== undefined) {
        taken.set(read, hit);
        continue;
      }
      // Also an error, or one that is caught, says something of those it holds for.
      if (read.scope !== undefined) frames.load?.confine(read.scope, read.key);
      // Waiting for a load that waits for us would never end.
      if (frames.load?.isFor(read.key)) alone.add(read);
      const flight = alone.has(read) ? undefined : flights.underway(read.key);
      if (flight === undefined) departing.push(read);
      else waits.push(this.#join(reading, read, flight));
    }
    return departing.length === 0 ? waits : [...waits, ...this.#depart(reading, departing)];
  }

  #hit({ key, counts }: Read<unknown>): Taken | undefined {
    const { answers } = this.#parts;
    const entry = answers.find(key, counts);
    const given = entry && answers.give(key, entry.kept);
    if (given === undefined) return undefined;
    counts.hits++;
    return { value: given.value, terms: entry as Entry, isHit: true, load: undefined };
  }

  async #join<T>({ arrived, keys, taken, alone }: Reading<T>, read: Read<T>, flight: Flight): Promise<void> {
    const { answers, frames } = this.#parts;
    const landing = await flight.landing;
    if (landing.kind === 'late') {
      // Loads may be late because they wait for each other; whoever waits inside of none can only be a herd.
      if (frames.load !== undefined) alone.add(read);
      return;
    }
    if (flight.departed < arrived && !answers.standsAsLanded(landing)) return;
    if (landing.kind === 'crashed') {
      const { confined, together } = landing;
      if (confined && !(together !== undefined && isWithin(together, keys))) return void alone.add(read);
      if (frames.ahead === undefined) read.counts.joined++;
      throw landing.error;
    }
    const { cargo } = landing;
    const given = cargo.kept && answers.give(read.key, cargo.kept);
    if (given === undefined) return void alone.add(read);
    if (frames.ahead === undefined) read.counts.joined++;
    taken.set(read, { value: given.value, terms: cargo, isHit: false, load: undefined });
  }

  /** All flights depart in this pass; what others keep lands when that is known, the rest with the one load. */
  #depart<T>(reading: Reading<T>, reads: readonly Read<T>[]): Promise<void>[] {
    const { batch, taken, alone } = reading;
    const { asked, loaded } = this.#source.bring(batch, reads, alone);
    reading.load = loaded;
    return reads.map(async (read) => {
      const land = async () => (await asked).found.get(read) ?? (await loaded).get(read)!;
      const landing = await (alone.has(read) ? land() : this.#parts.flights.depart(read.key, land));
      const { found } = await asked;
      taken.set(read, takenFrom(read, landing, found.has(read) ? undefined : loaded));
    });
  }

  /** Has something changed that was answered before the last load saw its source? */
  #isOvertaken<T>({ taken, load: last }: Reading<T>): boolean {
    const { answers } = this.#parts;
    for (const { terms, load } of taken.values())
      if ((load === undefined || load !== last) && !answers.stand(terms)) return true;
    return false;
  }

  /** One call for all of them: what it gives is as the source has it. */
  async #readAnew<T>({ batch, taken }: Reading<T>): Promise<void> {
    const landings = await this.#source.load(batch, batch.reads);
    for (const [read, landing] of landings) taken.set(read, takenFrom(read, landing, landings));
  }
}

/** For whoever has begun the load. */
function takenFrom<T>(read: Read<T>, landing: Landing<Cargo>, load: unknown): Taken {
  if (landing.kind === 'crashed') throw landing.error;
  return { value: ownValue(read, landing.cargo), terms: landing.cargo, isHit: false, load };
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((key) => all.has(key));
}
