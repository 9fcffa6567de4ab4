import type { DataSource } from 'typeorm';
import type { Settlement, Standing } from '../coherence/coordinator.js';
import { noRecord, type OutageRecord, type Row } from '../coherence/record.js';
import type { Tell } from '../core/events.js';
import { PostgresOutageRecord } from './outage-record.js';
import { createOutageTable } from './outage-table.js';

/** `use`: where there is one. `create`: make it at boot. */
export type OutageTable = 'use' | 'create' | 'off';

/**
 * The outage record of an instance: the table in the first PostgreSQL data source that has it. Processes find each other by
 * it, so that all of them must find the same one. A database inside the process has none: whoever writes to it keeps all
 * others from writing, an entry of his own on another connection too.
 */
export class OutageRecords implements OutageRecord {
  readonly #table: OutageTable;
  readonly #tell: Tell;
  #record: OutageRecord = noRecord;
  #close: () => Promise<void> = () => Promise.resolve();

  constructor(table: OutageTable, tell: Tell) {
    this.#table = table;
    this.#tell = tell;
  }

  get kept(): boolean {
    return this.#record.kept;
  }

  async add(dataSource: DataSource): Promise<void> {
    if (this.kept || this.#table === 'off' || dataSource.options.type !== 'postgres') return;
    if (!(await this.#isIn(dataSource))) return;
    const record = new PostgresOutageRecord(dataSource);
    this.#record = record;
    this.#close = () => record.close();
  }

  enter(standing: Standing): Promise<void> {
    return this.#record.enter(standing);
  }

  settle(settlement: Settlement): Promise<void> {
    return this.#record.settle(settlement);
  }

  reap(settlement: Settlement): Promise<void> {
    return this.#record.reap(settlement);
  }

  read(): Promise<readonly Row[]> {
    return this.#record.read();
  }

  forget(fences: readonly string[]): Promise<void> {
    return this.#record.forget(fences);
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** What cannot be found out is taken for a table: then there is no lease until it can be read. */
  async #isIn(dataSource: DataSource): Promise<boolean> {
    if (!dataSource.isInitialized) return false;
    // From the driver, past our own hook.
    const runner = dataSource.driver.createQueryRunner('master');
    const ask = async () => {
      const [answer] = (await runner.query("SELECT to_regclass('cache_outage') IS NOT NULL AS found")) as [
        { found: boolean },
      ];
      return answer.found;
    };
    try {
      if (await ask()) return true;
      if (this.#table !== 'create') return false;
      // Of several that make it at once all but one may fail.
      await runner.query(createOutageTable).catch(async (error: unknown) => {
        if (!(await ask())) throw error;
      });
    } catch (error) {
      this.#tell({ kind: 'fault', during: 'looking for the table cache_outage', error });
    } finally {
      await runner.release();
    }
    return true;
  }
}
