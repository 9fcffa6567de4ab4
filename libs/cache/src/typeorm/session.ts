import type { Transaction } from '../core/transaction.js';

/**
 * One physical connection, as far as its transaction goes. It belongs to the connection and not to the query runner, because
 * a runner that is released without COMMIT leaves its transaction open, and the next user of the connection commits it.
 */
export class Session {
  readonly connection: object;
  readonly #refOf: (connection: object) => string;
  #transaction: Transaction | undefined;
  #doubtful = false;

  constructor(connection: object, refOf: (connection: object) => string) {
    this.connection = connection;
    this.#refOf = refOf;
  }

  /** How to ask the database about the transaction of this connection. */
  get ref(): string {
    return this.#refOf(this.connection);
  }

  /** The transaction that is open on the connection; one that has ended is none. */
  get open(): Transaction | undefined {
    return this.#transaction?.open ? this.#transaction : undefined;
  }

  /** BEGIN, COMMIT or ROLLBACK got no answer: the connection may be in its transaction, or outside every one. */
  get doubtful(): boolean {
    return this.#doubtful && this.open !== undefined;
  }

  /** What is written now waits for the end of the open transaction. */
  get certain(): boolean {
    return !this.#doubtful && this.open !== undefined;
  }

  enter(transaction: Transaction, doubtful = false): void {
    this.#transaction = transaction;
    this.#doubtful = doubtful;
  }

  leave(): void {
    this.#transaction = undefined;
    this.#doubtful = false;
  }
}

/** The sessions of a data source. Forgotten with their connections. */
export class Sessions {
  readonly #sessions = new WeakMap<object, Session>();
  readonly #refOf: (connection: object) => string;

  constructor(refOf: (connection: object) => string) {
    this.#refOf = refOf;
  }

  of(connection: object): Session {
    let session = this.#sessions.get(connection);
    if (session !== undefined) return session;
    session = new Session(connection, this.#refOf);
    this.#sessions.set(connection, session);
    return session;
  }
}
