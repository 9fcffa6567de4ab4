import type { DataSource } from 'typeorm';

/**
 * Connections to the application's PostgreSQL that nothing of the application uses up, and that are in no transaction of its own:
 * what is written there is visible at once, and no hook of ours looks on. Made when they are first needed.
 */
export class OwnConnections {
  readonly #make: () => DataSource;
  #opening: Promise<DataSource> | undefined;
  #closed = false;

  constructor(application: DataSource, connections: number, patienceMs: number) {
    this.#make = () => likewise(application, connections, patienceMs);
  }

  async ask(sql: string, values: unknown[]): Promise<unknown> {
    if (this.#closed) throw new Error('The connections of the cache to the database are closed.');
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

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.destroy();
  }
}

/** Another data source for the same database, with nothing of the application in it; of the application's copy of TypeORM. */
function likewise(application: DataSource, connections: number, patienceMs: number): DataSource {
  const { options } = application;
  if (options.type !== 'postgres') throw new TypeError(`${options.type} has no connections of its own for the cache`);
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
