/**
 * The classes whose instances may leave the process: each has a name that is the same everywhere, and a text that changes with
 * its shape, so that what an older version of the class has written is not taken for the newer.
 */
export interface KnownClass {
  readonly name: string;
  readonly shape: string;
  readonly prototype: object;
}

export class Classes {
  readonly #byName = new Map<string, KnownClass>();
  readonly #byPrototype = new Map<object, KnownClass>();
  readonly #ambiguous = new Set<string>();

  /**
   * Two classes of one name: neither is known, because nobody could tell which one was meant. Two names of one class: it is
   * written under the first.
   */
  add(known: KnownClass): void {
    const other = this.#byName.get(known.name);
    if (other === undefined) this.#byName.set(known.name, known);
    else if (other.prototype !== known.prototype) this.#ambiguous.add(known.name);
    if (!this.#byPrototype.has(known.prototype)) this.#byPrototype.set(known.prototype, known);
  }

  named(name: string): KnownClass | undefined {
    return this.#ambiguous.has(name) ? undefined : this.#byName.get(name);
  }

  of(prototype: object): KnownClass | undefined {
    const known = this.#byPrototype.get(prototype);
    return known && this.named(known.name);
  }
}
