/** What became of one thing, version by version, and since when somebody had seen it. Nobody who asks later may see less. */
export interface State {
  readonly place: string | null;
  readonly label: string | null;
}

/** A thing is just so, is in a place under any label, or is not there, gone or elsewhere. */
export type Saying = { readonly register: string } & (
  { readonly is: State } | { readonly inside: string } | { readonly outside: string }
);

const unborn: State = { place: null, label: null };

export class History {
  /** The first is from before it was made. */
  readonly #states: State[] = [unborn];
  readonly #seenAt: number[] = [0];

  /** Versions come in any order, and by and by all of them. */
  enter(version: number, state: State): void {
    this.#states[version + 1] = state;
    this.#seenAt[version + 1] ??= Infinity;
  }

  /** The newest one was found in the database. */
  seenAll(at: number): void {
    this.#saw(this.#states.length - 1, at);
  }

  /** By its only writer. The oldest version that it can be is taken, for an equal one may follow later. */
  confirmed(state: State, from: number, at: number): void {
    const known = this.#knownAt(from);
    const version = this.#states.findIndex((one, index) => index > known && isSame(one, state));
    if (version > 0) this.#saw(version, at);
  }

  /** Somebody was answered so; likewise. */
  told(saying: Saying, at: number): void {
    if (!('is' in saying)) return;
    const version = this.#states.findIndex((one) => one !== undefined && isSame(one, saying.is));
    if (version > 0) this.#saw(version, at);
  }

  /** How many milliseconds before `from` this had ceased to be so; undefined if it had not, infinite if it never was so. */
  overSince(saying: Saying, from: number): number | undefined {
    const known = this.#knownAt(from);
    for (let version = this.#states.length - 1; version >= 0; version--) {
      const state = this.#states[version];
      if (state === undefined || !fits(saying, state)) continue;
      return version >= known ? undefined : from - this.#seenAt[version + 1]!;
    }
    return Infinity;
  }

  /** How long before `from` it was known to be gone. */
  goneSince(from: number): number {
    const known = this.#knownAt(from);
    return this.#states[known]?.place === null && known > 0 ? from - this.#seenAt[known]! : 0;
  }

  around(from: number): string {
    const known = this.#knownAt(from);
    return JSON.stringify({ version: known, ...this.#states[known], seenBefore: from - this.#seenAt[known]! });
  }

  #knownAt(instant: number): number {
    let version = this.#seenAt.length - 1;
    while (version > 0 && !(this.#seenAt[version]! < instant)) version--;
    return version;
  }

  #saw(version: number, at: number): void {
    for (let index = version; index > 0 && !(this.#seenAt[index]! <= at); index--) this.#seenAt[index] = at;
  }
}

const isSame = (one: State | undefined, other: State): boolean =>
  one?.place === other.place && one.label === other.label;

function fits(saying: Saying, { place, label }: State): boolean {
  if ('is' in saying) return saying.is.place === place && saying.is.label === label;
  return 'inside' in saying ? saying.inside === place : saying.outside !== place;
}
