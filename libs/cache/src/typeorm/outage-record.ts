import type { DataSource } from 'typeorm';
import type { Settlement, Standing } from '../coherence/coordinator.js';
import type { OutageRecord, Row } from '../coherence/record.js';
import type { Tag } from '../coherence/tag.js';

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
  readonly #make: () => DataSource;
  #opening: Promise<DataSource> | undefined;
  #closed = false;

  constructor(application: DataSource) {
    this.#make = () => likewise(application);
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

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.destroy();
  }

  async #ask(sql: string, values: unknown[]): Promise<unknown> {
    if (this.#closed) throw new Error('The outage record of this process is closed.');
    // What cannot be opened now is tried again when it is next needed.
    this.#opening ??= this.#make()
      .initialize()
      .catch((error: unknown) => {
        this.#opening = undefined;
        throw error;
      });
    const runner = (await this.#opening).createQueryRunner('master');
    try {
      return await runner.query(sql, values);
    } finally {
      await runner.release();
    }
  }
}

/** Another data source for the same database, with nothing of the application in it; of the application's copy of TypeORM. */
function likewise(application: DataSource): DataSource {
  const { options } = application;
  if (options.type !== 'postgres') throw new TypeError(`${options.type} keeps no outage record`);
  const Another = application.constructor as new (options: DataSource['options']) => DataSource;
  const { replication, ...alone } = options;
  return new Another({
    ...alone,
    ...replication?.master,
    entities: [],
    subscribers: [],
    migrations: [],
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
    installExtensions: false,
    cache: false,
    logging: false,
    // It may count what the application asks.
    logger: undefined,
    poolSize: connections,
    extra: {
      ...(options.extra as object | undefined),
      max: connections,
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
    },
  });
}
