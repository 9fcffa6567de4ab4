/**
 * From the only argument of a call to the key of its entry. Spelling a key anew for each hit would cost more than the rest of
 * the hit: V8 has to join its parts and to hash the text, while the key that the store holds has its hash already.
 */
export class Shortcut {
  readonly #keys: Map<string, string>;
  readonly #argument: string;

  /** `argument` is plain ASCII. A copy is kept, because it may be a slice that holds on to the text of a whole request. */
  constructor(keys: Map<string, string>, argument: string) {
    this.#keys = keys;
    this.#argument = Buffer.from(argument, 'latin1').toString('latin1');
  }

  /** Estimated bytes in memory. */
  get weight(): number {
    return this.#argument.length + overhead;
  }

  open(key: string): void {
    this.#keys.set(this.#argument, key);
  }

  close(): void {
    this.#keys.delete(this.#argument);
  }
}

/** The object, the text's header and a place in the map, measured: see DECISIONS.md, "Weights". */
const overhead = 100;
