import type { DataSource } from 'typeorm';
import type { Settlement, Standing } from '../coherence/coordinator.js';
import type { OutageRecord, Row } from '../coherence/record.js';
import type { Tag } from '../coherence/tag.js';
import { OwnConnections } from './own-connections.js';

/** A commit and a lease may wait for it. */
const patienceMs = 1_000;
/** One for those who look, one for those who write. */
const connections = 2;

/**
 * The outage record in a table of PostgreSQL. It has connections of its own, which nothing of the application uses up, and
 * which are in no transaction: what it writes is visible at once, whatever becomes of the transaction it is written for.
 */
export class PostgresOutageRecord implements OutageRecord {
  readonly kept = true;
  readonly #connections: OwnConnections;

  constructor(application: DataSource) {
    this.#connections = new OwnConnections(application, connections, patienceMs);
  }

  async enter({ fence, tags, ref }: Standing): Promise<void> {
    await this.#ask(
      `INSERT INTO cache_outage (fence, tags, ref, state, changed) VALUES ($1, $2, $3, 'open', '[]')
       ON CONFLICT (fence) DO NOTHING`,
      [fence, JSON.stringify(tags), ref],
    );
  }

  async settle({ fence, changed }: Settlement): Promise<void> {
    await this.#ask(
      `INSERT INTO cache_outage (fence, tags, ref, state, changed) VALUES ($1, $2, '', 'settled', $2)
       ON CONFLICT (fence) DO UPDATE SET state = 'settled', changed = excluded.changed`,
      [fence, JSON.stringify(changed)],
    );
  }

  async reap({ fence, changed }: Settlement): Promise<void> {
    const sql = `UPDATE cache_outage SET state = 'reaped', changed = $2 WHERE fence = $1 AND state = 'open'`;
    await this.#ask(sql, [fence, JSON.stringify(changed)]);
  }

  async read(): Promise<readonly Row[]> {
    const rows = (await this.#ask('SELECT fence, tags, ref, state, changed FROM cache_outage', [])) as {
      fence: string;
      tags: string;
      ref: string;
      state: Row['state'];
      changed: string;
    }[];
    return rows.map(({ fence, tags, ref, state, changed }) => ({
      fence,
      tags: JSON.parse(tags) as Tag[],
      ref,
      state,
      changed: JSON.parse(changed) as Tag[],
    }));
  }

  async forget(fences: readonly string[]): Promise<void> {
    await this.#ask('DELETE FROM cache_outage WHERE fence = ANY($1)', [fences]);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #ask(sql: string, values: unknown[]): Promise<unknown> {
    return this.#connections.ask(sql, values);
  }
}
