import type { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheOutage1763600000001, CacheScopeKey, CacheScopeKeys1763600000002 } from '@data-room/cache';
import Libsql from 'libsql';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { BootError } from '../boot-error.js';
import { DataRoom } from '../data-rooms/data-room.entity.js';
import { Environment } from '../environment.js';
import { File } from '../files/file.entity.js';
import { Folder } from '../folders/folder.entity.js';
import { Member } from '../members/member.entity.js';
import { User } from '../users/user.entity.js';
import { EmbeddedConnections } from './embedded-connections.js';
import { migrate } from './migration.js';
import { DataRoom1763600000000 } from './migrations/1763600000000-data-room.js';
import { QueryCounter } from './query-count.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Environment],
      useFactory: (environment: Environment) => ({
        ...dataSourceOptions(environment),
        toRetry: () => false,
      }),
      dataSourceFactory: async (options) => openDatabase(options as DataSourceOptions),
    }),
  ],
})
export class DatabaseModule {}

function dataSourceOptions({ databaseUrl, databaseFile }: Environment): DataSourceOptions {
  const shared = {
    entities: [User, DataRoom, Member, Folder, File, CacheScopeKey],
    migrations: [DataRoom1763600000000, CacheOutage1763600000001, CacheScopeKeys1763600000002],
    logger: new QueryCounter(),
  };
  if (databaseUrl) {
    const extra = { max: 10, onConnect: tolerate };
    return { ...shared, type: 'postgres', url: databaseUrl, connectTimeoutMS: 5000, extra };
  }
  return { ...shared, type: 'better-sqlite3', driver: Libsql, database: databaseFile, enableWAL: true };
}

/** A connection that breaks between two queries of a transaction has nobody who listens, and would end the process. */
function tolerate(client: EventEmitter): void {
  client.on('error', () => {
    // The next query on it says so, to whom it concerns.
  });
}

async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options);
  if (options.type === 'better-sqlite3') {
    await mkdir(dirname(String(options.database)), { recursive: true });
    EmbeddedConnections.install(dataSource);
  }
  try {
    await dataSource.initialize();
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw new BootError(sentence(options, error), { cause: error });
  }
}

function sentence(options: DataSourceOptions, error: unknown): string {
  const reason = error instanceof Error ? error.message || String(Reflect.get(error, 'code')) : String(error);
  if (options.type !== 'postgres')
    return `The embedded database ${String(options.database)} cannot be opened: ${reason}`;
  const { host } = new URL(options.url ?? '');
  return `DATABASE_URL: the database at ${host} cannot be used: ${reason}. Is it running, and may this user create tables in it?`;
}
