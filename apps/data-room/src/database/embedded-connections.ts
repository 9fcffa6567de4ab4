import Database from 'libsql';
import type { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { EmbeddedQueryRunner } from './embedded-query-runner.js';
import { WriteLock } from './write-lock.js';

export interface EmbeddedConnection {
  readonly database: Database.Database;
  /** Prepared statements belong to their connection; TypeORM's runner fills and bounds the map. */
  readonly statements: Map<string, unknown>;
}

const mostIdle = 8;

/**
 * TypeORM lets all query runners of an SQLite database share one connection, so that transactions which overlap lose
 * rows. Here each query runner has a connection of its own until it is released.
 */
export class EmbeddedConnections {
  readonly writeLock = new WriteLock();
  readonly #file: string;
  readonly #idle: EmbeddedConnection[] = [];
  #closed = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Before `dataSource.initialize()`. */
  static install(dataSource: DataSource): void {
    const driver = dataSource.driver as BetterSqlite3Driver;
    const connections = new EmbeddedConnections(driver.options.database as string);

    driver.createQueryRunner = () => new EmbeddedQueryRunner(driver, connections);
    const disconnect = driver.disconnect.bind(driver);
    driver.disconnect = async () => {
      connections.#close();
      await disconnect();
    };
  }

  take(): EmbeddedConnection {
    return this.#idle.pop() ?? this.#open();
  }

  giveBack(connection: EmbeddedConnection): void {
    // A runner released in the middle of a transaction must not pass it on to the next one.
    if (connection.database.inTransaction) connection.database.exec('ROLLBACK');
    if (this.#closed || this.#idle.length >= mostIdle) connection.database.close();
    else this.#idle.push(connection);
  }

  #open(): EmbeddedConnection {
    const database = new Database(this.#file);
    database.exec('PRAGMA foreign_keys = ON');
    return { database, statements: new Map() };
  }

  #close(): void {
    this.#closed = true;
    for (const { database } of this.#idle.splice(0)) database.close();
  }
}
