import type { Transaction } from '../core/transaction.js';

/**
 * One physical connection, as far as its transaction goes. It belongs to the connection and not to the query runner, because
 * a runner that is released without COMMIT leaves its transaction open, and the next user of the connection commits it.
 */
export class Session {
  transaction: Transaction | undefined;

  /** The transaction that is open on the connection; one that has ended is none. */
  get open(): Transaction | undefined {
    return this.transaction?.open ? this.transaction : undefined;
  }
}

/** The sessions of a data source. Forgotten with their connections. */
export class Sessions {
  readonly #sessions = new WeakMap<object, Session>();

  of(connection: object): Session {
    let session = this.#sessions.get(connection);
    if (session === undefined) this.#sessions.set(connection, (session = new Session()));
    return session;
  }
}
