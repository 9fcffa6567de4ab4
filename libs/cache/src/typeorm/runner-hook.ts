import type { QueryRunner } from 'typeorm';
import { everything, type Tag } from '../coherence/tag.js';
import type { Frames } from '../core/frame.js';
import type { Outcome, Transaction } from '../core/transaction.js';
import type { Transactions } from '../core/transactions.js';
import type { Announcements } from './announcements.js';
import type { EntityTags } from './entity-tags.js';
import type { Session, Sessions } from './session.js';
import { statementsOf, type Statement } from './sql-statement.js';
import type { Verdicts } from './verdicts.js';

export interface RunnerHookParts {
  readonly transactions: Transactions;
  readonly frames: Frames;
  readonly sessions: Sessions;
  readonly tags: () => EntityTags;
  readonly verdicts: Verdicts;
}

type ReadStream = Awaited<ReturnType<QueryRunner['stream']>>;
type Query = (sql: string, parameters?: unknown[], structured?: boolean) => Promise<unknown>;

/**
 * Sees every statement of one query runner pass, whoever sent it, and tells the write path what it does.
 * It stands at the SQL and not at TypeORM's hooks: those are not called for all writes, can be kept from being called by a
 * stranger's subscriber, and do not know whether COMMIT arrived.
 */
export class RunnerHook {
  readonly #parts: RunnerHookParts;
  readonly #runner: QueryRunner;
  readonly #announcements: Announcements;
  readonly #query: Query;

  constructor(parts: RunnerHookParts, runner: QueryRunner, announcements: Announcements) {
    this.#parts = parts;
    this.#runner = runner;
    this.#announcements = announcements;
    this.#query = runner.query.bind(runner) as Query;
    runner.query = this.query.bind(this) as QueryRunner['query'];
    const stream = runner.stream.bind(runner);
    runner.stream = (sql, parameters, onEnd, onError) =>
      this.#stream(sql, () => stream(sql, parameters, onEnd, onError));
    const release = runner.release.bind(runner);
    runner.release = async () => {
      if (!runner.isReleased) await this.#released();
      await release();
    };
  }

  async query(sql: string, parameters?: unknown[], structured?: boolean): Promise<unknown> {
    const run = () => this.#query(sql, parameters, structured);
    // Its connection may be somebody else's by now.
    if (this.#runner.isReleased) return run();
    const session = this.#parts.sessions.of((await this.#runner.connect()) as object);
    const statements = statementsOf(sql);
    const [statement] = statements;
    if (statement === undefined || statements.length > 1) return this.#script(session, statements, run);
    if (statement.kind === 'commit') return this.#commit(session, run);
    if (statement.kind === 'rollback') return this.#rollback(session, run);
    if (statement.kind === 'begin') return this.#begin(session, run);
    if (statement.kind === 'write') return this.#write(session, this.#tagsOf(statement, structured === true), run);
    return this.#within(session, run);
  }

  async #begin(session: Session, run: () => Promise<unknown>): Promise<unknown> {
    const result = await run();
    if (session.open === undefined) session.transaction = this.#parts.transactions.begin();
    return result;
  }

  /** The fence goes up last thing before COMMIT: until then the work, and other people's hooks, may touch more. */
  async #commit(session: Session, run: () => Promise<unknown>): Promise<unknown> {
    const transaction = session.open;
    if (transaction === undefined) return run();
    this.#announcements.moveTo(transaction, false);
    await transaction.fence();
    try {
      const result = await run();
      await transaction.settle('committed');
      return result;
    } catch (error) {
      const outcome = this.#parts.verdicts.ofCommit(error);
      if (outcome !== 'open') await this.#settle(transaction, outcome);
      throw error;
    }
  }

  /** Whatever ROLLBACK answers, COMMIT was not sent: the rows will never be seen. */
  async #rollback(session: Session, run: () => Promise<unknown>): Promise<unknown> {
    const transaction = session.open;
    this.#announcements.forget();
    try {
      return await run();
    } finally {
      if (transaction !== undefined) {
        this.#announcements.moveTo(transaction, false);
        await transaction.settle('rolled back');
      }
    }
  }

  /** A write joins the transaction of its connection; without one it is a transaction of its own. */
  async #write(session: Session, tags: readonly Tag[], run: () => Promise<unknown>): Promise<unknown> {
    const { frames, transactions } = this.#parts;
    const surrounding = frames.transaction;
    if (surrounding !== undefined && surrounding !== session.open) surrounding.escape();
    if (session.open !== undefined) {
      session.open.touch(tags);
      return this.#within(session, run);
    }
    const alone = transactions.single();
    alone.touch(tags);
    const unnamed = this.#announcements.guarded;
    this.#announcements.moveTo(alone, true);
    await alone.fence();
    try {
      const result = await run();
      if (unnamed) this.#announcements.awaitNames(alone);
      else await alone.settle('committed');
      return result;
    } catch (error) {
      this.#announcements.forget();
      await this.#settle(alone, this.#parts.verdicts.ofStatement(error));
      throw error;
    }
  }

  /** A write whose rows are streamed back is over when the stream is. */
  async #stream(sql: string, run: () => Promise<ReadStream>): Promise<ReadStream> {
    const { sessions, transactions } = this.#parts;
    const session = sessions.of((await this.#runner.connect()) as object);
    const writes = statementsOf(sql).filter(({ kind }) => kind === 'write');
    const tags = writes.flatMap((write) => this.#tagsOf(write, false));
    session.open?.touch(tags);
    if (session.open !== undefined || tags.length === 0) return (await this.#within(session, run)) as ReadStream;
    const alone = transactions.single();
    alone.touch(tags);
    await alone.fence();
    try {
      const rows = await run();
      rows.once('close', () => void alone.settle('committed'));
      return rows;
    } catch (error) {
      await this.#settle(alone, 'unknown');
      throw error;
    }
  }

  /** Anything else. A load that comes by an open transaction has seen what may never be committed. */
  async #within(session: Session, run: () => Promise<unknown>): Promise<unknown> {
    if (session.open === undefined) return run();
    this.#parts.frames.load?.taint();
    try {
      return await run();
    } catch (error) {
      this.#announcements.forget();
      session.open?.doubt();
      throw error;
    }
  }

  /** Several statements in one text: fenced as a whole, and judged by the last word on transactions in it. */
  async #script(session: Session, statements: readonly Statement[], run: () => Promise<unknown>): Promise<unknown> {
    const control = statements.findLast(({ kind }) => kind === 'begin' || kind === 'commit' || kind === 'rollback');
    const tags = statements.filter(({ kind }) => kind === 'write').flatMap((write) => this.#tagsOf(write, false));
    if (control === undefined) return tags.length > 0 ? this.#write(session, tags, run) : this.#within(session, run);
    const transaction = session.open ?? this.#parts.transactions.begin();
    transaction.touch(tags);
    this.#announcements.moveTo(transaction, true);
    await transaction.fence();
    try {
      const result = await run();
      if (control.kind === 'begin') session.transaction = transaction;
      else await transaction.settle('committed');
      return result;
    } catch (error) {
      await this.#settle(transaction, 'unknown');
      throw error;
    }
  }

  async #released(): Promise<void> {
    this.#announcements.forget();
    await this.#announcements.settle();
    const tags = this.#announcements.take();
    if (tags.length === 0) return;
    const connection: unknown = (this.#runner as { databaseConnection?: object }).databaseConnection;
    const open =
      typeof connection === 'object' && connection !== null ? this.#parts.sessions.of(connection).open : undefined;
    if (open !== undefined) open.touch(tags);
    else await this.#parts.transactions.change(tags);
  }

  #settle(transaction: Transaction, outcome: Outcome): Promise<void> {
    return transaction.settle(outcome, outcome === 'unknown' ? this.#parts.verdicts.decision(this.#runner) : undefined);
  }

  /** Announced rows are in the announcements already; everything else is judged by the tables that the text names. */
  #tagsOf(statement: Statement, built: boolean): readonly Tag[] {
    if (statement.opaque) return [everything];
    const tags = this.#parts.tags();
    return tags.among(statement.words).flatMap((metadata) => {
      const announced = built && !statement.upserts && this.#announcements.covers(metadata);
      if (announced) return [];
      return [...tags.ofTable(metadata), ...(statement.removes ? tags.ofCascade(metadata) : [])];
    });
  }
}
