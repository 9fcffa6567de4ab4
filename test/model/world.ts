/** Random numbers that are the same each time for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** From 0 up to, and without, 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.roll() < probability;
  }

  between(low: number, high: number): number {
    return low + this.roll() * (high - low);
  }

  shuffled<T>(of: readonly T[]): readonly T[] {
    const left = [...of];
    return of.map(() => left.splice(Math.floor(this.roll() * left.length), 1)[0]!);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.roll() * from.length)]!;
  }
}

interface Happening {
  readonly at: number;
  readonly order: number;
  call: (() => void) | undefined;
}

/** More than any honest run needs; one that goes beyond it goes round in circles. */
const mostHappenings = 100_000;

/** Virtual time: things happen in their order, and nothing else passes the time. */
export class World {
  readonly dice: Dice;
  #now = 0;
  #order = 0;
  #happened = 0;
  /** A binary heap by instant, then by order. */
  readonly #heap: Happening[] = [];

  constructor(seed: number) {
    this.dice = new Dice(seed);
  }

  get now(): number {
    return this.#now;
  }

  get happened(): number {
    return this.#happened;
  }

  /** The answer calls it off. */
  at(instant: number, call: () => void): () => void {
    const heap = this.#heap;
    const happening: Happening = { at: Math.max(instant, this.#now), order: this.#order++, call };
    let index = heap.push(happening) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(happening, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = happening;
    return () => void (happening.call = undefined);
  }

  in(ms: number, call: () => void): () => void {
    return this.at(this.#now + ms, call);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.in(ms, resolve));
  }

  /** Lets happen what happens until `end`; promises are followed as far as they go between any two happenings. */
  async run(end: number): Promise<void> {
    await rest();
    while (this.#heap.length > 0 && this.#heap[0]!.at <= end) {
      const next = this.#take();
      if (next.call === undefined) continue;
      if (++this.#happened > mostHappenings) throw new Error('this run does not come to an end');
      this.#now = next.at;
      next.call();
      await rest();
    }
    this.#now = end;
  }

  #take(): Happening {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function before(one: Happening, other: Happening): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** As many turns as the usual chain of promises in the code under test takes; one that is cut goes on a little later. */
async function rest(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}
