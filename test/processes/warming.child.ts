// A process that warms ten thousand rows as it starts, and tells how far it has come. What it loads is written down in Redis.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { Cache, Cached, CacheModule, type WarmingReport } from '@data-room/cache';

/** What it tells its parent: how the warming stands, or what it has read. */
export type Told =
  WarmingReport | { readonly read: readonly string[]; readonly sharedHits: number; readonly misses: number };

const redis = new Redis(process.env.REDIS_URL as string);
/** It loads nothing before. */
const told = once(process, 'message');
const rows = Array.from({ length: Number(process.env.ROWS) }, (_, at): [number] => [at]);

@Injectable()
class Rows {
  @Cached({ tags: (_row, id) => [`row:${id}`], warm: { calls: () => rows, share: 1, batch: 100, concurrency: 16 } })
  async row(id: number): Promise<string> {
    await told;
    await pause(2);
    await redis.hincrby('loads', String(id), 1);
    return `row ${id}`;
  }
}

@Module({ imports: [CacheModule.forRoot()], providers: [Rows] })
class Root {}

const tell = (told: Told) => process.send?.(told);
const app = await NestFactory.createApplicationContext(Root, { logger: ['error'] });
const cache = app.get(Cache);
cache.on('warming', ({ kind: _kind, ...report }) => tell(report));
process.on('message', (order: 'go' | 'read' | 'stop') => {
  if (order === 'read') void readAll();
  if (order === 'stop') void app.close().then(() => redis.quit().then(() => process.disconnect()));
});

async function readAll(): Promise<void> {
  const read = await Promise.all(rows.map(([id]) => app.get(Rows).row(id)));
  const counted = cache.statistics().methods.find(({ name }) => name === 'Rows.row')!;
  const misses = Object.values(counted.misses).reduce((sum, count) => sum + count, 0);
  tell({ read, sharedHits: counted.sharedHits, misses });
}
