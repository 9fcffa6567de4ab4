/** Upper bounds in milliseconds: from a row by its primary key to a report that somebody waits for. */
export const bounds: readonly number[] = Object.freeze([
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
]);

/** What a histogram has counted. */
export interface Durations {
  readonly count: number;
  readonly sumMs: number;
  /** How many took at most `bounds[i]`, and longer than the bound before; the last are those beyond every bound. */
  readonly buckets: readonly number[];
}

/** Durations, counted by how long they were. */
export class Histogram {
  #count = 0;
  #sumMs = 0;
  readonly #buckets = Array.from({ length: bounds.length + 1 }, () => 0);

  add(ms: number): void {
    this.#count++;
    this.#sumMs += ms;
    let bucket = 0;
    while (bucket < bounds.length && ms > (bounds[bucket] as number)) bucket++;
    this.#buckets[bucket]!++;
  }

  get counted(): Durations {
    return { count: this.#count, sumMs: this.#sumMs, buckets: [...this.#buckets] };
  }
}
