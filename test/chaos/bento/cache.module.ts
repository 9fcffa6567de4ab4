import { Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { cache, Cache } from './cache.js';
import { WriteSubscriber } from './write-subscriber.js';

class Wiring implements OnModuleInit, OnApplicationShutdown {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  onModuleInit(): void {
    this.#dataSource.subscribers.push(new WriteSubscriber(this.#dataSource.entityMetadatas));
  }

  async onApplicationShutdown(): Promise<void> {
    await cache.close().catch(() => {}); // Redis may be gone; so will this process be
  }
}

@Module({})
export class CacheModule {
  static forRoot(): DynamicModule {
    return {
      module: CacheModule,
      global: true,
      providers: [
        { provide: Cache, useValue: cache },
        { provide: Wiring, inject: [DataSource], useFactory: (dataSource: DataSource) => new Wiring(dataSource) },
      ],
      exports: [Cache],
    };
  }
}
