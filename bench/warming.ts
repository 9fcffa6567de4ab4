/** What those who read notice of it that ten thousand entries are being warmed. PostgreSQL and Redis are real, and on the same machine. */
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Cache, Cached, CacheModule, type WarmingReport } from '@data-room/cache';
import { RedisServer } from '../test/support/redis-server.js';
import { createDatabase } from '../test/support/scratch-database.js';
import { startServers } from '../test/support/servers.mjs';
import { ratioOf } from './statistics.js';
import { factor, table } from './table.js';

const entries = 10_000;
/** After so many the warming rests for as long as they took: what slows down the one slows down the other. */
const slice = 500;
const readsASecond = 400;
const hot = 1_000;
/** One of so many reads is of something that nobody has read before. */
const coldEvery = 20;

@Injectable()
class Files {
  constructor(private readonly dataSource: DataSource) {}

  @Cached({ tags: (_files, folder) => [`folder:${folder}`] })
  async listing(folder: number): Promise<unknown> {
    return this.dataSource.query('SELECT id, name, size, changed FROM file WHERE folder = $1 ORDER BY name', [folder]);
  }

  @Cached({ tags: ['warmed'] })
  async warmed(folder: number): Promise<unknown> {
    return this.dataSource.query('SELECT id, name, size, changed FROM file WHERE folder = $1 ORDER BY name', [folder]);
  }
}

/** Milliseconds from when each read was due to when it was answered, slice by slice. */
class Latencies {
  readonly without: number[][] = [];
  readonly beside: number[][] = [];
  #current: number[] | undefined;

  begin(phase: 'without' | 'beside'): void {
    this[phase].push([]);
    this.#current = this[phase].at(-1);
  }

  /** Where a read that is due now is noted. */
  get current(): number[] | undefined {
    return this.#current;
  }
}

export async function warming(): Promise<string> {
  const servers = process.env.DATABASE_URL ? undefined : await startServers(['postgres']);
  process.env.DATABASE_URL ??= servers?.postgres.url;
  const [redis, database] = [await RedisServer.start(), await createDatabase()];
  const app = await application(database.url, redis.url);
  await fill(app.get(DataSource));
  const latencies = new Latencies();
  const done = warm(app, latencies);
  await read(app, done, latencies);
  const { loaded } = await done;
  await app.close();
  await Promise.all([redis.stop(), database.drop()]);
  await servers?.stop();
  return report(latencies, loaded);
}

async function warm(app: INestApplicationContext, latencies: Latencies): Promise<WarmingReport> {
  const files = app.get(Files);
  async function* calls() {
    // Until what is read often is in memory.
    await pause(3_000);
    for (let folder = 0; folder < entries; folder += slice) {
      const begun = performance.now();
      latencies.begin('beside');
      for (let at = folder; at < folder + slice; at++) yield () => files.warmed(at);
      latencies.begin('without');
      await pause(performance.now() - begun);
    }
  }
  return app.get(Cache).warm({ name: 'bench', calls });
}

function report({ without, beside }: Latencies, loaded: number): string {
  const row = (label: string, share: number): string[] => {
    const [below, above] = [without, beside].map((slices) => slices.map((one) => percentile(one, share)));
    const ofAll = [without, beside].map((slices) => percentile(slices.flat(), share));
    const ratio = ((ofAll[1] as number) / (ofAll[0] as number)).toFixed(2);
    return [label, ...ofAll.map(ms), ratio, factor(ratioOf(above!, below!), 2)];
  };
  const rows = [row('median', 0.5), row('95 of 100', 0.95), row('99 of 100', 0.99)];
  const remark = `${readsASecond} reads a second of one process, each answered in so many milliseconds from when it was due; one in ${coldEvery} goes to
PostgreSQL, the others are hits. Beside, ${entries} entries are warmed (${loaded} were loaded, one at a time, for a tenth of the time),
which rests after each ${slice} for as long as these took; the last column is the median of the ratios of ${beside.length} such pairs.`;
  const heads = ['', 'without', 'beside', 'of without', 'pair by pair'];
  return `### Reads beside a warming\n\n${remark}\n\n${table(heads, rows)}`;
}

async function application(url: string, redisUrl: string): Promise<INestApplicationContext> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, entities: [] }),
      CacheModule.forRoot({ redisUrl, outageTable: 'off', prefix: 'bench', maxMegabytes: 512, ttl: '1h' }),
    ],
    providers: [Files],
  })
  class BenchModule {}
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
  for (const cache = app.get(Cache); !cache.statistics().inStep;) await pause(10);
  return app;
}

async function fill(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    'CREATE TABLE file (id int PRIMARY KEY, folder int NOT NULL, name text NOT NULL, size int NOT NULL, changed timestamptz NOT NULL)',
  );
  await dataSource.query(
    `INSERT INTO file SELECT id, id / 10, 'file ' || id, id, now() FROM generate_series(0, ${entries * 10 - 1}) id`,
  );
  await dataSource.query('CREATE INDEX ON file (folder)');
  await dataSource.query('ANALYZE file');
}

let cold = 0;

/** Reads come when they come, and not when the one before is done. */
async function read(app: INestApplicationContext, end: Promise<unknown>, latencies: Latencies): Promise<void> {
  const files = app.get(Files);
  const reads: Promise<void>[] = [];
  let going = true;
  void end.finally(() => (going = false));
  const begun = performance.now();
  for (let count = 0; going; count++) {
    const due = begun + (count * 1_000) / readsASecond;
    // A timer may be up to a millisecond early.
    while (due > performance.now()) await pause(due - performance.now());
    const phase = latencies.current;
    const folder = count % coldEvery === 0 ? hot + (cold++ % (entries - hot)) : (count * 7) % hot;
    reads.push(files.listing(folder).then(() => void phase?.push(performance.now() - due)));
  }
  await Promise.all(reads);
}

function percentile(latencies: readonly number[], share: number): number {
  return latencies.toSorted((one, other) => one - other)[Math.floor((latencies.length - 1) * share)] as number;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
