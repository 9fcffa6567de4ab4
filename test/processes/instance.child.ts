// One process among several on the same database and Redis: reads and writes rows without a pause, and reports both.
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Cached, CacheModule } from '@data-room/cache';
import type { Order, Report } from './protocol.js';

@Entity()
class Row {
  @PrimaryColumn()
  id: number;
  @Column()
  version: number;
}

@Injectable()
class Rows {
  loads = 0;

  constructor(private readonly dataSource: DataSource) {}

  @Cached({ tags: (_version, id) => [`row:${id}`] })
  async version(id: number): Promise<number> {
    this.loads++;
    const [row] = (await this.dataSource.query('SELECT version FROM row WHERE id = $1', [id])) as [Row];
    return row.version;
  }

  /** Adds one, in one of the ways in which rows are written; gives what the row holds if that is known for sure. */
  async write(id: number, way: number): Promise<number | undefined> {
    if (way < 0.2) {
      const sql = 'UPDATE row SET version = version + 1 WHERE id = $1 RETURNING version';
      const [[row]] = (await this.dataSource.query(sql, [id])) as [[Row]];
      return row.version;
    }
    const refusal = new Error('rolled back on purpose');
    try {
      return await this.dataSource.transaction(async (manager) => {
        const row = await manager.findOneOrFail(Row, { where: { id }, lock: { mode: 'pessimistic_write' } });
        row.version++;
        await manager.save(row);
        if (way > 0.9) throw refusal;
        return row.version;
      });
    } catch (error) {
      if (error === refusal) return undefined;
      throw error;
    }
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, entities: [Row], extra: { max: 8 } }),
    CacheModule.forRoot(),
  ],
  providers: [Rows],
})
class Root {}

const now = () => Number(process.hrtime.bigint() / 1_000n);
let report: Report = { reads: [], writes: [], loads: 0, failures: [] };

const app = await NestFactory.createApplicationContext(Root, { logger: ['warn', 'error', 'log'] });
app.enableShutdownHooks();
const rows = app.get(Rows);
let going = true;

/** Reads as the readers of a busy process do. */
async function reader(count: number): Promise<void> {
  while (going) {
    await read(1 + Math.floor(Math.random() * count));
    await pause(2);
  }
}

async function read(id: number): Promise<void> {
  const from = now();
  try {
    const version = await rows.version(id);
    report.reads.push([id, from, version, now()]);
  } catch (error) {
    report.failures.push(`read: ${String(error)}`);
  }
}

async function write(id: number, way: number): Promise<void> {
  const from = now();
  try {
    const version = await rows.write(id, way);
    report.writes.push([id, from, version, now()]);
  } catch (error) {
    report.failures.push(`write: ${String(error)}`);
  }
}

async function writer(count: number, pauseMs: number): Promise<void> {
  while (going) {
    await write(1 + Math.floor(Math.random() * count), Math.random());
    await pause(Math.random() * 2 * pauseMs);
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'work') {
    for (let index = 0; index < order.readers; index++) void reader(order.rows);
    for (let index = 0; index < order.writers; index++) void writer(order.rows, order.pauseMs);
  } else if (order.kind === 'write') void write(order.id, 0.5);
  else if (order.kind === 'crowd') for (let caller = 0; caller < order.callers; caller++) void read(order.id);
  else {
    going = false;
    process.disconnect();
    void app.close();
  }
});
setInterval(() => {
  report.loads = rows.loads;
  if (process.connected) process.send?.(report);
  rows.loads = 0;
  report = { reads: [], writes: [], loads: 0, failures: [] };
}, 50).unref();
process.send?.(report);
