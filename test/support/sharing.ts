// Two applications with a database and a Redis in common, as two processes have them: each has a data source of its own.
import { setTimeout as pause } from 'node:timers/promises';
import type { ModuleMetadata, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Cache, type CacheModuleOptions } from '@data-room/cache';
import { boot, closeAll } from '../nest/boot.js';
import { Database } from './database.js';
import { RedisServer } from './redis-server.js';

type Entities = readonly (abstract new (...args: never[]) => unknown)[];
type Application = Awaited<ReturnType<typeof boot>>;

export class Sharing {
  readonly one: Application;
  readonly other: Application;
  readonly #redis: RedisServer;
  readonly #database: Database;

  private constructor(applications: readonly [Application, Application], redis: RedisServer, database: Database) {
    [this.one, this.other] = applications;
    this.#redis = redis;
    this.#database = database;
  }

  /** The second options are those of the other one, where they differ. */
  static async start(
    entities: Entities,
    metadata: ModuleMetadata,
    options: CacheModuleOptions = {},
    ofOther = options,
  ): Promise<Sharing> {
    const [redis, database] = [await RedisServer.start(), await Database.create()];
    const begin = async (synchronize: boolean, further: CacheModuleOptions): Promise<Application> => {
      const imports = [
        TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [...entities], synchronize }),
      ];
      const own = { redisUrl: redis.url, fallbackTtl: 0, outageTable: 'off', ...further } as const;
      const app = await boot({ ...metadata, imports }, own);
      for (const cache = app.get(Cache); (await cache.get('in step')) !== true; await pause(10))
        await cache.set('in step', true);
      return app;
    };
    return new Sharing([await begin(true, options), await begin(false, ofOther)], redis, database);
  }

  get dataSource(): DataSource {
    return this.one.get(DataSource);
  }

  /** One more data source of the same classes, that neither of the two knows. */
  another(): Promise<DataSource> {
    const { options } = this.dataSource;
    return new DataSource({ ...options, synchronize: false } as typeof options).initialize();
  }

  /** Both instances of a provider. */
  both<T>(provider: Type<T>): [one: T, other: T] {
    return [this.one.get(provider), this.other.get(provider)];
  }

  /** What others are told is not waited for by whoever tells it. */
  async shared(part: string): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      if ((await this.#redis.client.keys(`*${part}*`)).length > 0) return;
      await pause(10);
    }
    throw new Error(`Nothing was shared under ${part}.`);
  }

  /** What the caches of both say of what they are given; Nest tells the one that was booted last. */
  get warnings(): string[] {
    const ofBoot = /cache_outage|^A data source with the default name/;
    return [this.one, this.other].flatMap(({ warnings }) => warnings).filter((line) => !ofBoot.test(line));
  }

  async stop(): Promise<void> {
    await closeAll();
    await this.#redis.stop();
    await this.#database.drop();
  }
}
