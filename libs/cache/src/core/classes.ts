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

  /** Two classes of one name: neither is known, because nobody could tell which one was meant. */
  add(known: KnownClass): void {
    const other = this.#byName.get(known.name);
    if (other?.prototype === known.prototype) return;
    if (other === undefined) {
      this.#byName.set(known.name, known);
      this.#byPrototype.set(known.prototype, known);
    } else this.#byPrototype.delete(other.prototype);
  }

  named(name: string): KnownClass | undefined {
    const known = this.#byName.get(name);
    return known && this.#byPrototype.get(known.prototype);
  }

  of(prototype: object): KnownClass | undefined {
    return this.#byPrototype.get(prototype);
  }
}
