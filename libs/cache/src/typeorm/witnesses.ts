import type { Witness } from '../coherence/reaper.js';

/** How fences say which transaction of a data source is behind them, and how to ask what became of it. */
export interface TransactionWitness {
  /** The reference of the transaction that is, or is about to be, open on this connection. */
  refOf(connection: object): string;
  /** Can it commit no more? Undefined: it is a transaction of somebody else's data source. */
  ended(ref: string): Promise<boolean | undefined>;
}

/** All data sources of an instance. What belongs to none of them is nobody's to judge, and is not ended. (I22) */
export class Witnesses implements Witness {
  readonly #witnesses = new Set<TransactionWitness>();

  add(witness: TransactionWitness): void {
    this.#witnesses.add(witness);
  }

  async ended(ref: string): Promise<boolean> {
    for (const witness of this.#witnesses) {
      const ended = await witness.ended(ref);
      if (ended !== undefined) return ended;
    }
    return false;
  }
}
