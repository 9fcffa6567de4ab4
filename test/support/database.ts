// A PostgreSQL database of a suite's own, and an application with a cache on it.
import { Module, type Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Client, type ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema, type EntitySubscriberInterface } from 'typeorm';
import { Cache, CacheModule } from '@data-room/cache';
import './redis-url.js';
import { createDatabase, type ScratchDatabase } from './scratch-database.js';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;
type Entities = readonly (abstract new (...args: never[]) => unknown)[];

export interface ApplicationParts {
  readonly entities: Entities | readonly (EntitySchema | Entities[number])[];
  readonly providers?: readonly Provider[];
  readonly imports?: readonly NonNullable<Parameters<typeof Module>[0]['imports']>[number][];
  readonly subscribers?: readonly EntitySubscriberInterface[];
  /** Further options of the data source; `extra` goes to the pool. */
  readonly options?: Partial<PostgresOptions>;
  /** What happens to the data source before Nest sees it. */
  readonly prepare?: (dataSource: DataSource) => void;
}

export class Database {
  readonly url: string;
  readonly drop: () => Promise<void>;

  private constructor({ url, drop }: ScratchDatabase) {
    this.url = url;
    this.drop = drop;
  }

  static async create(): Promise<Database> {
    return new Database(await createDatabase());
  }

  /** The same database by another way, a proxy for instance. */
  through(port: number): string {
    const url = new URL(this.url);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return url.href;
  }

  /** A client that knows nothing of TypeORM or the cache. */
  async client(config: ClientConfig = {}): Promise<Client> {
    const client = new Client({ connectionString: this.url, ...config });
    client.on('error', () => {}); // its backend may be killed on purpose
    await client.connect();
    return client;
  }
}

export class Application {
  readonly #database: Database;
  readonly module: TestingModule;

  private constructor(database: Database, module: TestingModule) {
    this.#database = database;
    this.module = module;
  }

  /** With tables for the entities, empty. */
  static async start(database: Database, parts: ApplicationParts): Promise<Application> {
    const options: DataSourceOptions = {
      type: 'postgres',
      url: database.url,
      entities: [...parts.entities],
      synchronize: true,
      dropSchema: true,
      ...parts.options,
    };
    const dataSourceFactory = async (): Promise<DataSource> => {
      const dataSource = await new DataSource(options).initialize();
      // As if they had been registered before ours.
      dataSource.subscribers.push(...((parts.subscribers ?? []) as EntitySubscriberInterface[]));
      parts.prepare?.(dataSource);
      return dataSource;
    };
    @Module({
      imports: [
        TypeOrmModule.forRootAsync({ useFactory: () => ({ ...options, toRetry: () => false }), dataSourceFactory }),
        CacheModule.forRoot(),
        ...(parts.imports ?? []),
      ],
      providers: [...(parts.providers ?? [])],
    })
    class Root {}
    const module = await Test.createTestingModule({ imports: [Root] }).compile();
    await module.init();
    return new Application(database, module);
  }

  get dataSource(): DataSource {
    return this.module.get(DataSource);
  }

  get cache(): Cache {
    return this.module.get(Cache);
  }

  /** Which of these tags have an entry that `write` kills. An entry's only tag is the one it stands for. */
  async dies(tags: readonly string[], write: () => Promise<unknown>): Promise<string[]> {
    await this.cache.setMany(tags.map((tag) => ({ key: `watch ${tag}`, value: true, tags: [tag] })));
    await write();
    const alive = await this.cache.getMany(tags.map((tag) => `watch ${tag}`));
    return tags.filter((_, index) => alive[index] === undefined);
  }

  async stop({ dropDatabase = true } = {}): Promise<void> {
    await this.module.close();
    if (dropDatabase) await this.#database.drop();
  }
}
