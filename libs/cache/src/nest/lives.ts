/** What one process is called among the others: each life of its member has a name of its own, all begin alike. */
export class Lives {
  readonly #names = new Set<string>();
  readonly #newId: () => string;
  #present = '';

  constructor(
    readonly process: string,
    newId: () => string,
  ) {
    this.#newId = newId;
  }

  begin(): string {
    this.#present = `${this.process}:${this.#newId()}`;
    this.#names.add(this.#present);
    if (this.#names.size > mostNames) this.#names.delete(this.#names.values().next().value!);
    return this.#present;
  }

  /** The name of the present life, or of the last; empty before the first. */
  get present(): string {
    return this.#present;
  }

  /** Is it, or was it, one of ours? */
  has(name: string): boolean {
    return this.#names.has(name) || name === ownOfOne;
  }

  /** `host:12` of a name of one life of it. */
  processOf(name: string): string {
    return this.has(name) ? this.process : name.replace(/:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, '');
  }
}

/** Transactions are told of for a while after the life they began in. */
const mostNames = 1_000;
/** What the owner of a fence is called in a process that has no others. */
const ownOfOne = 'alone';
