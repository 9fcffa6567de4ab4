import type { Clock } from '../../coherence/clock.js';
import { ExpiryWheel } from '../memory/expiry-wheel.js';
import type { Shelved } from '../memory/shelved.js';

/** Who loads what is due. */
export interface Attendant {
  due(shelved: readonly Shelved[]): void;
  /** Another has taken its place, or nothing. */
  gone(shelved: Shelved): void;
}

/** More often than entries expire: a time to live of a few seconds has a last fifth, too. */
const turnMs = 250;
const nobody: Attendant = { due: () => {}, gone: () => {} };

/** Entries that are to be loaded anew before they expire, in the order in which that is due. None is looked at before it is. */
export class Dues {
  readonly #clock: Clock;
  readonly #wheel: ExpiryWheel<Shelved>;
  #attendant = nobody;
  #count = 0;
  #isTurning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wheel = new ExpiryWheel(clock.now(), turnMs);
  }

  attend(attendant: Attendant): void {
    this.#attendant = attendant;
  }

  add(shelved: Shelved): void {
    if (shelved.again === undefined) return;
    this.#count++;
    // Another process may have loaded it long ago; what stands in a slot that has passed would be forgotten.
    shelved.dueAt = Math.max(shelved.dueAt, this.#clock.now());
    this.#wheel.add(shelved, shelved.dueAt);
    if (!this.#isTurning) this.#turnLater();
  }

  remove(shelved: Shelved): void {
    if (shelved.again === undefined) return;
    this.#count--;
    this.#wheel.remove(shelved, shelved.dueAt);
    this.#attendant.gone(shelved);
  }

  /** For one that was due and is in the memory still. One that expires before is due no more. */
  postpone(shelved: Shelved, ms: number): void {
    shelved.dueAt = this.#clock.now() + ms;
    if (shelved.dueAt < shelved.entry.expiresAt) this.#wheel.add(shelved, shelved.dueAt);
  }

  #turnLater(): void {
    this.#isTurning = true;
    this.#clock.after(turnMs, this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurning = false;
    if (this.#count > 0) this.#turnLater();
    const due = [...this.#wheel.turn(this.#clock.now())];
    if (due.length > 0) this.#attendant.due(due);
  };
}
