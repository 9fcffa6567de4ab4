import type { DataSource } from 'typeorm';
import type { Tell } from '../core/events.js';
import type { TransactionWitness } from './witnesses.js';

const pattern = /^postgres (\S+) (\d+)$/;

/**
 * The witness of a PostgreSQL data source. The reference names the server, by its own identity and not by an address, and the
 * backend.
 *
 * (I22) A transaction is over for sure when its backend is gone. While the process behind it lives, even one that stands
 *       still, its connection keeps the backend; when it dies, the backend ends with the statement that it was at. That holds
 *       before BEGIN as well as after it, so that it does not matter whether a fence went up before its transaction began.
 *       A backend that has got the number of an older one only makes us wait.
 */
export class PostgresWitness implements TransactionWitness {
  readonly #dataSource: DataSource;
  readonly #tell: Tell;
  #server: string | undefined;

  constructor(dataSource: DataSource, tell: Tell) {
    this.#dataSource = dataSource;
    this.#tell = tell;
  }

  /** Finds out which server it is, on a connection of its own: within a transaction a question that fails would end it. */
  async introduce(): Promise<void> {
    if (this.#server !== undefined || !this.#dataSource.isInitialized) return;
    try {
      const [control] = await this.#ask<{ id: string }>(
        'SELECT system_identifier::text AS id FROM pg_control_system()',
      );
      this.#server = control?.id;
    } catch (error) {
      this.#tell({ kind: 'fault', during: 'asking the database who it is', error });
    }
  }

  refOf(connection: object): string {
    // A data source that was not open when it was hooked.
    if (this.#server === undefined) void this.introduce();
    const backend = (connection as { readonly processID?: unknown }).processID;
    // Nobody will find this one ended; it is settled by its own process, or with its epoch.
    if (this.#server === undefined || typeof backend !== 'number') return 'postgres ?';
    return `postgres ${this.#server} ${backend}`;
  }

  async ended(ref: string): Promise<boolean | undefined> {
    const [, server, backend] = pattern.exec(ref) ?? [];
    await this.introduce();
    if (server === undefined || server !== this.#server || !this.#dataSource.isInitialized) return undefined;
    const alive = await this.#ask(`SELECT 1 FROM pg_stat_activity WHERE pid = ${backend}`);
    return alive.length === 0;
  }

  async #ask<Row>(sql: string): Promise<Row[]> {
    // From the driver, past our own hook.
    const runner = this.#dataSource.driver.createQueryRunner('master');
    try {
      return (await runner.query(sql)) as Row[];
    } finally {
      await runner.release();
    }
  }
}
