/** The first so many of what is offered, in their order: for lists of which nobody wants to see all. */
export class Top<T> {
  readonly #most: number;
  readonly #precedes: (one: T, other: T) => boolean;
  readonly #items: T[] = [];

  constructor(most: number, precedes: (one: T, other: T) => boolean) {
    this.#most = most;
    this.#precedes = precedes;
  }

  offer(item: T): void {
    const last = this.#items.at(-1);
    if (this.#items.length >= this.#most && (last === undefined || !this.#precedes(item, last))) return;
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#precedes(item, this.#items[middle]!)) high = middle;
      else low = middle + 1;
    }
    this.#items.splice(low, 0, item);
    if (this.#items.length > this.#most) this.#items.pop();
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
