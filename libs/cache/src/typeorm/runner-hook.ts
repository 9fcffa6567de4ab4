import type { QueryRunner } from 'typeorm';
import type { Tag } from '../coherence/tag.js';
import type { Frames } from '../core/frame.js';
import type { Outcome, Transaction } from '../core/transaction.js';
import type { Transactions } from '../core/transactions.js';
import type { Announcements } from './announcements.js';
import type { EntityTags } from './entity-tags.js';
import type { Session, Sessions } from './session.js';
import { statementsOf, type Passage, type Statement } from './sql-statement.js';
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
  /** That of its connection, once it has one. */
  #session: Session | undefined;

  constructor(parts: RunnerHookParts, runner: QueryRunner, announcements: Announcements) {
    this.#parts = parts;
    this.#runner = runner;
    this.#announcements = announcements;
    this.#query = runner.query.bind(runner) as Query;
    runner.query = this.query.bind(this) as QueryRunner['query'];
    const stream = runner.stream.bind(runner);
    runner.stream = (sql, ...rest) => this.#stream(sql, () => stream(sql, ...rest));
    const release = runner.release.bind(runner);
    runner.release = () => this.#release(release);
  }

  async query(sql: string, parameters?: unknown[], structured?: boolean): Promise<unknown> {
    const run = () => this.#query(sql, parameters, structured);
    // Its connection may be somebody else's by now.
    if (this.#runner.isReleased) return run();
    const session = await this.#connected();
    const result = await this.#pass(session, { sql, structured: structured === true, run });
    if (session.doubtful && this.#parts.verdicts.outsideTransaction(session.connection)) session.leave();
    return result;
  }

  async #connected(): Promise<Session> {
    return (this.#session = this.#parts.sessions.of((await this.#runner.connect()) as object));
  }

  #pass(session: Session, passage: Passage): Promise<unknown> {
    const statements = statementsOf(passage.sql);
    const [statement] = statements;
    if (statement === undefined || statements.length > 1) return this.#script(session, statements, passage);
    if (statement.kind === 'commit') return this.#commit(session, statement, passage);
    if (statement.kind === 'rollback') return this.#rollback(session, statement, passage);
    if (statement.kind === 'begin') return this.#begin(session, passage);
    if (statement.kind === 'write') {
      return this.#write(session, this.#tagsOf(statement, passage.structured), passage);
    }
    // What was put may have come from the rows that are taken back. Tags stay: too many are no harm.
    if (statement.kind === 'retreat') session.open?.doubt();
    return this.#within(session, passage);
  }

  async #begin(session: Session, { sql, run }: Passage): Promise<unknown> {
    try {
      const result = await run();
      this.#enter(session);
      return result;
    } catch (error) {
      if (this.#parts.verdicts.ofStatement(error, sql) === 'unknown') this.#enter(session, true);
      throw error;
    }
  }

  #enter(session: Session, doubtful = false): void {
    session.enter(session.open ?? this.#parts.transactions.begin(), doubtful);
  }

  /** The fence goes up last thing before COMMIT: until then the work, and other people's hooks, may touch more. */
  async #commit(session: Session, { chains }: Statement, { sql, run }: Passage): Promise<unknown> {
    const transaction = session.open;
    if (transaction === undefined) return run();
    this.#announcements.moveTo(transaction, false);
    await transaction.fence(session.ref);
    // Whatever is sent from here on arrives after COMMIT, and is no part of what it commits.
    this.#announcements.forget();
    session.leave();
    try {
      const result = await run();
      if (chains) this.#enter(session);
      await transaction.settle('committed');
      return result;
    } catch (error) {
      const outcome = this.#parts.verdicts.ofCommit(error, sql);
      if (outcome === 'open') session.enter(transaction);
      else await this.#settle(transaction, outcome);
      if (outcome === 'unknown') this.#enter(session, true);
      throw error;
    }
  }

  async #rollback(session: Session, { chains }: Statement, { run }: Passage): Promise<unknown> {
    const transaction = session.open;
    if (transaction !== undefined) this.#announcements.moveTo(transaction, false);
    this.#announcements.forget();
    session.leave();
    try {
      const result = await run();
      if (chains) this.#enter(session);
      await transaction?.settle('rolled back');
      return result;
    } catch (error) {
      // It may never have been sent: then the next user of the connection commits these rows.
      if (transaction !== undefined) session.enter(transaction, true);
      throw error;
    }
  }

  /** A write joins the transaction of its connection; without one it is a transaction of its own. */
  async #write(session: Session, tags: readonly Tag[], passage: Passage): Promise<unknown> {
    const { frames, transactions, verdicts } = this.#parts;
    const surrounding = frames.transaction;
    if (surrounding !== undefined && surrounding !== session.open) surrounding.escape();
    session.open?.touch(tags);
    if (session.certain) return this.#within(session, passage);
    const alone = transactions.single();
    alone.touch(tags);
    const unnamed = this.#announcements.guarded;
    this.#announcements.moveTo(alone, true);
    await alone.fence(session.ref);
    try {
      const result = await this.#within(session, passage);
      if (unnamed) this.#announcements.awaitNames(alone);
      else await alone.settle('committed');
      return result;
    } catch (error) {
      this.#announcements.forget();
      await this.#settle(alone, verdicts.ofStatement(error, passage.sql));
      throw error;
    }
  }

  /** A write whose rows are streamed back is over when the stream is. */
  async #stream(sql: string, run: () => Promise<ReadStream>): Promise<ReadStream> {
    const session = await this.#connected();
    const writes = statementsOf(sql).filter(({ kind }) => kind === 'write');
    const tags = writes.flatMap((write) => this.#tagsOf(write, false));
    session.open?.touch(tags);
    if (session.certain || tags.length === 0) return (await this.#within(session, { run })) as ReadStream;
    const alone = this.#parts.transactions.single();
    alone.touch(tags);
    await alone.fence(session.ref);
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
  async #within(session: Session, { run }: Pick<Passage, 'run'>): Promise<unknown> {
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
  async #script(session: Session, statements: readonly Statement[], passage: Passage): Promise<unknown> {
    const { transactions, verdicts } = this.#parts;
    const controls = statements.filter(({ kind }) => kind === 'begin' || kind === 'commit' || kind === 'rollback');
    const tags = statements.filter(({ kind }) => kind === 'write').flatMap((write) => this.#tagsOf(write, false));
    const last = controls.at(-1);
    if (last === undefined) {
      if (statements.some(({ kind }) => kind === 'retreat')) session.open?.doubt();
      return tags.length > 0 ? this.#write(session, tags, passage) : this.#within(session, passage);
    }
    if (last.kind === 'begin' && controls.length === 1) {
      const result = await this.#begin(session, passage);
      session.open?.touch(tags);
      return result;
    }
    const transaction = session.open ?? transactions.begin();
    transaction.touch(tags);
    // Which of its parts came to pass is not worth telling apart: all tags change, and no value is put.
    transaction.doubt();
    this.#announcements.moveTo(transaction, true);
    await transaction.fence(session.ref);
    session.leave();
    try {
      const result = await passage.run();
      await transaction.settle('committed');
      if (last.kind === 'begin' || last.chains) this.#enter(session);
      session.open?.touch(tags);
      return result;
    } catch (error) {
      const failed = verdicts.ofStatement(error, passage.sql) === 'rolled back';
      await this.#settle(transaction, failed ? 'committed' : 'unknown');
      this.#enter(session, true);
      throw error;
    }
  }

  /** Given back, in whatever state: what was announced is written or never will be, and the driver may end what is open. */
  async #release(release: () => Promise<void>): Promise<void> {
    const session = this.#runner.isReleased ? undefined : this.#session;
    this.#announcements.forget();
    await this.#announcements.settle();
    const tags = this.#announcements.take();
    session?.open?.touch(tags);
    if (session?.certain !== true) await this.#parts.transactions.change(tags);
    await release();
    const open = session?.open;
    if (open === undefined || !this.#parts.verdicts.outsideTransaction(session!.connection)) return;
    // How does not matter: nothing is put, and all its tags change.
    session!.leave();
    await open.settle('unknown');
  }

  #settle(transaction: Transaction, outcome: Outcome): Promise<void> {
    return transaction.settle(outcome, outcome === 'unknown' ? this.#parts.verdicts.decision(this.#runner) : undefined);
  }

  /** Announced rows are in the announcements already; everything else is judged by the tables that the text names. */
  #tagsOf(statement: Statement, built: boolean): readonly Tag[] {
    const announced = built && !statement.upserts;
    return this.#parts.tags().ofStatement(statement, (metadata) => announced && this.#announcements.covers(metadata));
  }
}
