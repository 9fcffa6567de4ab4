/** What a share knows of an entry. */
export interface Held {
  readonly key: string;
  readonly weight: number;
  /** It has answered somebody since one of those who hold it last had to pay. */
  readonly used: boolean;
  passOver(): void;
}

/** An entry among those of a share, between the ones that came before and after it. */
export class Holding {
  older: Holding | undefined;
  newer: Holding | undefined;

  constructor(
    readonly share: Share,
    readonly held: Held,
  ) {}
}

/** What one data room, or one user, holds of the memory: its entries, from the oldest to the newest. */
export class Share {
  bytes = 0;
  entries = 0;
  /** More than it may be when the memory is full. */
  excessive = false;
  #oldest: Holding | undefined;
  #newest: Holding | undefined;

  /** `part`: of the scopes of its entries. */
  constructor(readonly part: string) {}

  add(held: Held): Holding {
    const holding = new Holding(this, held);
    this.bytes += held.weight;
    this.entries++;
    this.#append(holding);
    return holding;
  }

  remove(holding: Holding): void {
    this.bytes -= holding.held.weight;
    this.entries--;
    this.#unlink(holding);
  }

  /** The oldest that has answered nobody since it was last looked at here: a hit need not keep an order for this. */
  get idlest(): Held | undefined {
    for (let holding = this.#oldest; holding?.held.used; holding = this.#oldest) {
      holding.held.passOver();
      this.#unlink(holding);
      this.#append(holding);
    }
    return this.#oldest?.held;
  }

  #append(holding: Holding): void {
    holding.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = holding;
    else this.#newest.newer = holding;
    this.#newest = holding;
  }

  #unlink(holding: Holding): void {
    const { older, newer } = holding;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    holding.older = holding.newer = undefined;
  }
}
