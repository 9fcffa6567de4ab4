import { setTimeout as pause } from 'node:timers/promises';
import type Database from 'libsql';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { EmbeddedConnection, EmbeddedConnections } from './embedded-connections.js';

const patienceMs = 5_000;
type QueryAnswer = ReturnType<BetterSqlite3QueryRunner['query']>;

const reads = /^\s*(SELECT|WITH|PRAGMA|EXPLAIN)\b/i;

/** A query runner with a connection of its own, which holds the write lock from BEGIN to the end of its transaction. */
export class EmbeddedQueryRunner extends BetterSqlite3QueryRunner {
  readonly #connections: EmbeddedConnections;
  #connection: EmbeddedConnection | undefined;
  #unlock: (() => void) | undefined;

  constructor(driver: BetterSqlite3Driver, connections: EmbeddedConnections) {
    super(driver);
    this.#connections = connections;
  }

  override connect(): Promise<Database.Database> {
    if (!this.#connection) {
      this.#connection = this.#connections.take();
      Object.assign(this, { stmtCache: this.#connection.statements });
    }
    return Promise.resolve(this.#connection.database);
  }

  override async query(query: string, parameters?: unknown[], useStructuredResult?: boolean): QueryAnswer {
    const database = this.isReleased ? undefined : await this.connect();
    const run = (text = query): QueryAnswer => super.query(text, parameters, useStructuredResult);
    if (database?.inTransaction) return run().finally(() => this.#unlockAfterTransaction());
    if (reads.test(query)) return patiently(run);

    this.#unlock = await this.#connections.writeLock.acquire();
    // IMMEDIATE: a transaction that turns into a writer half-way cannot wait for another writer, it fails at once.
    const text = query === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : query;
    return patiently(() => run(text)).finally(() => this.#unlockAfterTransaction());
  }

  override async release(): Promise<void> {
    if (this.isReleased) return;
    await super.release();
    this.isReleased = true;
    if (this.#connection) this.#connections.giveBack(this.#connection);
    this.#unlock?.();
  }

  #unlockAfterTransaction(): void {
    if (!this.#connection?.database.inTransaction) this.#unlock?.();
  }
}

/**
 * Another process may hold the write lock. SQLite's own busy time-out would wait for it on this very thread, and a writer
 * that wants an answer of this process before it commits would never get it.
 */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 20)) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
    }
    await pause(waitMs);
  }
}

const isBusy = (error: unknown) => /SQLITE_BUSY|database is locked/.test(String(error));
