import type { DataSource, QueryRunner } from 'typeorm';
import type { Clock } from '../coherence/clock.js';
import type { Tell } from '../core/events.js';
import type { Outcome } from '../core/transaction.js';

/** What an error says about the write that it ended. */
export interface Verdicts {
  /** `open`: the transaction is still there, to be committed again or rolled back. */
  ofCommit(error: unknown, sql: string): Outcome | 'open';
  ofStatement(error: unknown, sql: string): Outcome;
  /** Has the connection itself said so? */
  outsideTransaction(connection: object): boolean;
  /** Resolves once the transaction that the runner's connection was in has ended, whichever way. */
  decision(runner: QueryRunner): Promise<void>;
}

/** SQLite answers from within the process: what failed did not happen, and a COMMIT that failed can be tried again. */
export const sqliteVerdicts: Verdicts = {
  ofCommit: () => 'open',
  ofStatement: () => 'rolled back',
  outsideTransaction: (connection) => (connection as { inTransaction?: unknown }).inTransaction === false,
  decision: () => Promise.resolve(),
};

const firstPauseMs = 20;
const longestPauseMs = 1_000;

/**
 * PostgreSQL may have committed although the answer was lost, and may still be about to although the client gave up.
 * Only an answer of severity ERROR says that it did not.
 */
export class PostgresVerdicts implements Verdicts {
  readonly #dataSource: DataSource;
  readonly #clock: Clock;
  readonly #tell: Tell;

  constructor(dataSource: DataSource, clock: Clock, tell: Tell) {
    this.#dataSource = dataSource;
    this.#clock = clock;
    this.#tell = tell;
  }

  ofCommit(error: unknown, sql: string): Outcome {
    return severityOf(error, sql) === 'ERROR' ? 'rolled back' : 'unknown';
  }

  ofStatement(error: unknown, sql: string): Outcome {
    return this.ofCommit(error, sql);
  }

  outsideTransaction(connection: object): boolean {
    return (connection as { getTransactionStatus?(): unknown }).getTransactionStatus?.() === 'I';
  }

  /**
   * A backend holds its virtual transaction id until its transaction is visible or gone, and everybody may see that lock.
   * No answer is not an answer: as long as the database cannot be asked, nothing is decided. Each transaction has another id,
   * so that a busy connection does not look as if it were still in the old one.
   */
  async decision(runner: QueryRunner): Promise<void> {
    const connection = (runner as { databaseConnection?: { processID?: unknown } }).databaseConnection;
    const backend = connection?.processID;
    if (typeof backend !== 'number') return;
    let before: string | undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await new Promise<void>((resolve) => void this.#clock.after(pauseMs, resolve));
      if (!this.#dataSource.isInitialized) return;
      try {
        const now = await this.#transactionOf(backend);
        if (now === undefined || (before !== undefined && now !== before)) return;
        before = now;
      } catch (error) {
        this.#tell({ kind: 'fault', during: 'asking the database what became of a COMMIT', error });
      }
    }
  }

  async #transactionOf(backend: number): Promise<string | undefined> {
    // From the driver, past our own hook.
    const runner = this.#dataSource.driver.createQueryRunner('master');
    try {
      // It may be the backend itself that is asked: then what it was in before is over, unless this is still a part of it.
      const locks = (await runner.query(
        `SELECT virtualtransaction AS transaction FROM pg_locks WHERE pid = ${backend} AND locktype = 'virtualxid' ` +
          `AND mode = 'ExclusiveLock' AND (pid <> pg_backend_pid() OR now() <> statement_timestamp())`,
      )) as { transaction: string }[];
      return locks[0]?.transaction;
    } finally {
      await runner.release();
    }
  }
}

/** Of the database's answer to this very statement: a stranger's listener may have failed with an error of another one. */
function severityOf(error: unknown, sql: string): unknown {
  const failure = error as { query?: unknown; driverError?: { severity?: unknown } } | null | undefined;
  return failure?.query === sql ? failure.driverError?.severity : undefined;
}
