/**
 * Things sorted by the second, or another span, in which they expire, so that they can be dropped without looking at those that
 * do not. A slot holds what expires in it; turning the wheel empties the slots that have passed.
 */
export class ExpiryWheel<T> {
  readonly #slots = new Map<number, Set<T>>();
  readonly #slotMs: number;
  #turned: number;

  constructor(now: number, slotMs = 1_000) {
    this.#slotMs = slotMs;
    this.#turned = this.#slotOf(now);
  }

  add(item: T, expiresAt: number): void {
    const slot = this.#slots.get(this.#slotOf(expiresAt));
    if (slot) slot.add(item);
    else this.#slots.set(this.#slotOf(expiresAt), new Set([item]));
  }

  remove(item: T, expiresAt: number): void {
    const slot = this.#slots.get(this.#slotOf(expiresAt));
    if (slot?.delete(item) && slot.size === 0) this.#slots.delete(this.#slotOf(expiresAt));
  }

  /** Everything whose slot has passed. */
  *turn(now: number): Generator<T> {
    const passed = this.#slotOf(now);
    if (passed - this.#turned > this.#slots.size) {
      // After a long stall it is cheaper to look at the slots there are than at the seconds there were.
      for (const slot of this.#slots.keys()) if (slot < passed) yield* this.#empty(slot);
    } else {
      for (let slot = this.#turned; slot < passed; slot++) yield* this.#empty(slot);
    }
    this.#turned = passed;
  }

  *#empty(slot: number): Generator<T> {
    const items = this.#slots.get(slot);
    this.#slots.delete(slot);
    if (items) yield* items;
  }

  #slotOf(instant: number): number {
    return Math.floor(instant / this.#slotMs);
  }
}
