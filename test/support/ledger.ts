// What has been seen of the database by anybody, and who was shown less than that afterwards.

export interface Violation {
  readonly subject: string;
  /** What was answered, and the least that could have been. */
  readonly answered: number;
  readonly known: number;
  readonly at: string;
}

/** Versions of a subject only grow, so that "older" is "less". */
export class Ledger {
  readonly #known = new Map<string, { version: number; by: string }>();
  readonly violations: Violation[] = [];
  reads = 0;

  /** The least that a read which starts now may answer. */
  known(subject: string): number {
    return this.#known.get(subject)?.version ?? 0;
  }

  saw(subject: string, version: number, by: string): void {
    if (version > this.known(subject)) this.#known.set(subject, { version, by });
  }

  /** A read that started when `least` was known. */
  judge(subject: string, answered: number, least: number): void {
    this.reads++;
    if (answered < least) {
      const by = this.#known.get(subject)?.by ?? 'nobody';
      this.violations.push({ subject, answered, known: least, at: `read ${this.reads}, last seen by ${by}` });
    }
    this.saw(subject, answered, 'a reader');
  }
}

/** mulberry32: the same seed, the same choices. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(count: number): number {
    return Math.floor(this.roll() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
