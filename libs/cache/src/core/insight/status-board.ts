/** What an instance says of itself now and then, for those who look at all of them. */
export interface Summary {
  /** Its present name among the members of the list. */
  readonly member: string;
  readonly inStep: boolean;
  /** How long it may answer without hearing of the others; null: for ever. */
  readonly leaseMs: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
  readonly entries: number;
}

/** A summary, whose it is, and how long ago it was put up, by the board's own clock. */
export interface Posted {
  readonly name: string;
  readonly summary: Summary;
  readonly ageMs: number;
}

/** Where instances put up what they say of themselves. What nobody renews for a while is taken down. Each may fail. */
export interface StatusBoard {
  post(name: string, summary: Summary): Promise<void>;
  read(): Promise<readonly Posted[]>;
  /** Takes down what stands under the name. */
  leave(name: string): Promise<void>;
}
