// Readers, writers and an onlooker let loose on one cache, and a ledger that nobody can argue with.
import { randomUUID } from 'node:crypto';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { giveRuntime } from '../../libs/cache/src/nest/methods/method.js';
import { DataSourceHook } from '../../libs/cache/src/typeorm/data-source-hook.js';
import { Database } from './database.js';
import { Dice, Ledger } from './ledger.js';
import { Book, books, journal, Library, look, lookBy, Shelf, subjects } from './library.js';
import { PostgresProxy } from './postgres-proxy.js';
import { shapes, type Desk } from './writers.js';

export interface OracleOptions {
  readonly seed: number;
  readonly runtime: Runtime;
  /** It stops when both are reached, or at the first violation. */
  readonly forMs: number;
  readonly reads: number;
  /** How much further from the database than the onlooker the application is. */
  readonly distanceMs?: number;
  /** In one round of how many a reader asks for several rows at once. */
  readonly together?: number;
  readonly readers?: number;
  readonly writers?: number;
}

export interface Report {
  readonly reads: number;
  readonly writes: number;
  readonly failedReads: number;
  readonly failedWrites: number;
  readonly looks: number;
  readonly violations: readonly string[];
}

export const anySeed = (): number => Number.parseInt(randomUUID().slice(0, 8), 16);

export async function runOracle(options: OracleOptions): Promise<Report> {
  const { seed, runtime, forMs, reads, readers = 6, writers = 5 } = options;
  const database = await Database.create();
  const network = await PostgresProxy.start(database.url);
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.through(network.port),
    entities: [Shelf, Book],
    synchronize: true,
    extra: { max: 10 },
  }).initialize();
  const founder = await database.client();
  await founder.query(journal);
  await founder.end();
  // The database has its settings from now on: the pool begins with connections that have them.
  await dataSource.destroy();
  await dataSource.initialize();
  new DataSourceHook(dataSource, runtime, systemClock).install();
  const library = new Library(dataSource);
  giveRuntime(library, runtime);
  const [onlooker, admin] = [await database.client(), await database.client()];

  network.answersLateByMs = options.distanceMs ?? 0;
  const ledger = new Ledger();
  const until = performance.now() + forMs;
  const goesOn = () => ledger.violations.length === 0 && (performance.now() < until || ledger.reads < reads);
  const count = { failedReads: 0, writes: 0, failedWrites: 0, looks: 0 };
  const sawAll = (seen: ReadonlyMap<string, number>, by: string) => {
    for (const [subject, version] of seen) ledger.saw(subject, version, by);
  };

  const reader = async (dice: Dice) => {
    while (goesOn()) {
      for (let left = 1 + dice.below(8); left > 0; left--) {
        const subject = dice.pick(subjects);
        const least = ledger.known(subject);
        try {
          ledger.judge(subject, await library.read(subject), least);
        } catch {
          count.failedReads++; // of the source: a connection of the pool whose backend has been killed
        }
      }
      if (dice.below(options.together ?? 4) === 0) await readTogether(dice);
      await turn();
    }
  };
  const readTogether = async (dice: Dice) => {
    const ids = Array.from({ length: 1 + dice.below(5) }, () => 1 + dice.below(books));
    const least = new Map(ids.map((id) => [`book ${id}`, ledger.known(`book ${id}`)]));
    try {
      const answered = await library.together(ids);
      for (const [subject, known] of least) ledger.judge(subject, answered.get(subject) ?? -1, known);
    } catch {
      count.failedReads++;
    }
  };
  const writer = async (dice: Dice) => {
    while (goesOn()) {
      let noted: ReadonlyMap<string, number> | undefined;
      const desk: Desk = {
        dataSource,
        dice,
        admin,
        network,
        note: async (manager) => {
          noted = await look((sql) => manager.query(sql));
        },
      };
      const [name, shape] = dice.pick(Object.entries(shapes));
      try {
        await shape(desk);
        // The writer's promise has resolved: from here on nobody may be shown less.
        if (noted !== undefined && name !== 'a runner driven by hand') sawAll(noted, `the writer of ${name}`);
        count.writes++;
      } catch {
        count.failedWrites++; // locked out, killed, rolled back: whatever became of it, the readers judge
      }
      await pause(dice.below(12));
    }
  };
  const look_ = async () => {
    while (goesOn()) {
      sawAll(await lookBy(onlooker), 'the onlooker');
      count.looks++;
      await turn();
    }
  };

  const dice = new Dice(seed);
  const people = [
    ...Array.from({ length: readers }, () => reader(new Dice(dice.below(2 ** 32)))),
    ...Array.from({ length: writers }, () => writer(new Dice(dice.below(2 ** 32)))),
    look_(),
  ];
  await Promise.all(people);

  const violations = ledger.violations.map((violation) => JSON.stringify(violation));
  if (violations.length === 0) violations.push(...(await unquiet(library, () => lookBy(onlooker))));
  await onlooker.end();
  await admin.end();
  await dataSource.destroy();
  await network.stop();
  await database.drop();
  return { reads: ledger.reads, ...count, violations };
}

const bookIds = Array.from({ length: books }, (_, index) => index + 1);

/** When everybody has gone home, memory and database agree, and memory is what answers. */
async function unquiet(library: Library, look: () => Promise<ReadonlyMap<string, number>>): Promise<string[]> {
  const truth = await look();
  const faults: string[] = [];
  for (const subject of subjects) {
    const answered = await library.read(subject);
    if (answered !== truth.get(subject)) faults.push(`at rest ${subject} is ${answered}, not ${truth.get(subject)}`);
  }
  for (const [subject, answered] of await library.together(bookIds))
    if (answered !== truth.get(subject)) faults.push(`at rest ${subject} is ${answered} among others`);
  const until = performance.now() + 5_000;
  for (const before = library.loads; faults.length === 0;) {
    const begun = library.loads;
    for (const subject of subjects) await library.read(subject);
    await library.together(bookIds);
    if (library.loads === begun) break;
    if (performance.now() > until) faults.push(`at rest ${library.loads - before} loads, for something stays fenced`);
    await pause(20);
  }
  return faults;
}
