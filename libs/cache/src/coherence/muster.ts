import type { Position } from './change-list.js';
import type { Clock } from './clock.js';
import type { Raised } from './coordinator.js';

/**
 * Waits until every member has applied a fence, or has been silent for so long that its lease is over. (I17)
 * An epoch that is not settled has members nobody knows of, with leases of the epoch before: then only time counts.
 */
export class Muster {
  readonly #missing: Set<string>;
  readonly #position: Position;
  readonly #mayEndEarly: boolean;
  readonly #cancel: () => void;
  #finish!: () => void;
  /** Resolves with whoever had not answered when time was up. */
  readonly done: Promise<readonly string[]>;

  constructor(raised: Raised, clock: Clock, patienceMs: number) {
    this.#position = raised.position;
    this.#mayEndEarly = raised.settled;
    this.#missing = new Set(raised.members.filter(({ applied }) => applied < raised.position).map(({ id }) => id));
    this.done = new Promise((resolve) => (this.#finish = () => resolve([...this.#missing])));
    this.#cancel = clock.after(patienceMs, this.#finish);
    this.#check();
  }

  get missing(): readonly string[] {
    return [...this.#missing];
  }

  applied(member: string, position: Position): void {
    if (position < this.#position) return;
    this.#missing.delete(member);
    this.#check();
  }

  /** It has dropped its lease: nobody has to wait for it. */
  gone(member: string): void {
    this.#missing.delete(member);
    this.#check();
  }

  #check(): void {
    if (this.#missing.size > 0 || !this.#mayEndEarly) return;
    this.#cancel();
    this.#finish();
  }
}
