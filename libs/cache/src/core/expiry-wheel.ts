/**
 * Things sorted by the second in which they expire, so that they can be dropped without looking at those that do not.
 * A slot holds what expires in it; turning the wheel empties the slots that have passed.
 */
export class ExpiryWheel<T> {
  readonly #slots = new Map<number, Set<T>>();
  #turned: number;

  constructor(now: number) {
    this.#turned = slotOf(now);
  }

  add(item: T, expiresAt: number): void {
    const slot = this.#slots.get(slotOf(expiresAt));
    if (slot) slot.add(item);
    else this.#slots.set(slotOf(expiresAt), new Set([item]));
  }

  remove(item: T, expiresAt: number): void {
    const slot = this.#slots.get(slotOf(expiresAt));
    if (slot?.delete(item) && slot.size === 0) this.#slots.delete(slotOf(expiresAt));
  }

  /** Everything whose second has passed. */
  *turn(now: number): Generator<T> {
    const passed = slotOf(now);
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
}

function slotOf(instant: number): number {
  return Math.floor(instant / 1_000);
}
