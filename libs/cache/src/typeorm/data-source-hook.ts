import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Clock } from '../coherence/clock.js';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { Announcements } from './announcements.js';
import { CurrentRows } from './current-rows.js';
import { EntitySubscriber } from './entity-subscriber.js';
import { EntityTags } from './entity-tags.js';
import { RunnerHook, type RunnerHookParts } from './runner-hook.js';
import { Sessions } from './session.js';
import { PostgresVerdicts, sqliteVerdicts, type Verdicts } from './verdicts.js';
import type { TransactionWitness } from './witnesses.js';

type Work = (manager: EntityManager) => Promise<unknown>;

/** Lets a cache know of everything that is written through a data source. */
export class DataSourceHook {
  readonly #dataSource: DataSource;
  readonly #parts: RunnerHookParts;
  readonly #subscriber: EntitySubscriber;
  readonly #announcements = new WeakMap<QueryRunner, Announcements>();
  /** Not a mark on the runner: another application's cache may watch the same data source. */
  readonly #watched = new WeakSet<QueryRunner | EntityManager>();
  #tags: EntityTags | undefined;

  /** `witness`: who tells other processes what becomes of the transactions; without others there is none. */
  constructor(dataSource: DataSource, runtime: Runtime, clock: Clock, witness?: TransactionWitness) {
    this.#dataSource = dataSource;
    const tags = () => this.#currentTags();
    this.#parts = {
      transactions: runtime.transactions,
      frames: runtime.frames,
      sessions: new Sessions((connection) => witness?.refOf(connection) ?? ''),
      tags,
      verdicts: verdictsOf(dataSource, runtime, clock),
    };
    const currentRows = new CurrentRows(dataSource.options.type === 'postgres');
    this.#subscriber = new EntitySubscriber(tags, (runner) => this.#announcementsOf(runner), currentRows);
  }

  /** From now on every query runner of the data source is watched, and every transaction it frames is known to its calls. */
  install(): void {
    const dataSource = this.#dataSource;
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    const { frames } = this.#parts;
    // A replica lags behind: what it says may be answered, and must not be kept.
    dataSource.createQueryRunner = (mode) =>
      this.#watch(createQueryRunner(frames.load === undefined ? mode : 'master'));
    this.#frame(dataSource.manager);
    this.#subscribe();
  }

  #watch(runner: QueryRunner): QueryRunner {
    this.#subscribe();
    // Stock SQLite has one runner for all.
    if (this.#watched.has(runner)) return runner;
    this.#watched.add(runner);
    new RunnerHook(this.#parts, runner, this.#announcementsOf(runner));
    this.#frame(runner.manager);
    return runner;
  }

  /** TypeORM forgets its subscribers when a data source is closed and opened again. */
  #subscribe(): void {
    if (!this.#dataSource.subscribers.includes(this.#subscriber)) this.#dataSource.subscribers.push(this.#subscriber);
  }

  /** The metadata is there once the data source is open, and anew each time it is opened again. */
  #currentTags(): EntityTags {
    const entities = this.#dataSource.entityMetadatas;
    if (this.#tags?.entities !== entities) this.#tags = new EntityTags(entities);
    return this.#tags;
  }

  #announcementsOf(runner: QueryRunner): Announcements {
    let announcements = this.#announcements.get(runner);
    if (announcements === undefined) this.#announcements.set(runner, (announcements = new Announcements()));
    return announcements;
  }

  /** Runs the work of `manager.transaction` in a frame that its calls can find their transaction by. */
  #frame(manager: EntityManager): void {
    if (this.#watched.has(manager)) return;
    this.#watched.add(manager);
    const { sessions, transactions } = this.#parts;
    const begin = manager.transaction.bind(manager) as (...args: unknown[]) => Promise<unknown>;
    const frame = (work: Work) => async (inner: EntityManager) => {
      const connection = (await inner.queryRunner?.connect()) as object | undefined;
      const transaction = connection === undefined ? undefined : sessions.of(connection).open;
      return transaction === undefined ? work(inner) : transactions.run(transaction, () => work(inner));
    };
    // The work comes first or second, and a data source passes on an undefined behind it.
    const framed = (...args: unknown[]): Promise<unknown> =>
      begin(...args.map((arg) => (typeof arg === 'function' ? frame(arg as Work) : arg)));
    manager.transaction = framed as EntityManager['transaction'];
  }
}

function verdictsOf(dataSource: DataSource, { tell }: Runtime, clock: Clock): Verdicts {
  const { type } = dataSource.options;
  if (type === 'postgres') return new PostgresVerdicts(dataSource, clock, tell);
  if (type === 'better-sqlite3' || type === 'sqljs') return sqliteVerdicts;
  const advice = 'Use PostgreSQL or SQLite (better-sqlite3, sqljs), or set CACHE_ENABLED=false.';
  throw new CacheError('CACHE_DRIVER_UNSUPPORTED', `commits of a ${type} data source cannot be followed. ${advice}`);
}
