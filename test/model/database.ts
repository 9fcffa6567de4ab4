import type { OutageRecord, Row } from '../../libs/cache/src/coherence/record.js';
import { recordIn } from './recorded.js';
import type { World } from './world.js';

/** Rows that count their commits. A commit is visible to everybody at one instant, some time after it was sent. */
export class Database {
  readonly world: World;
  readonly record: OutageRecord & { readonly rows: ReadonlyMap<string, Row> };
  /** How long a commit takes at most, and how often one does. */
  slowCommits = { chance: 0.1, ms: 20 };
  /** How often a read takes long. */
  slowReads = 0.05;
  readonly #rows = new Map<string, number>();
  readonly #history: { readonly at: number; readonly row: string; readonly version: number; readonly by: string }[] =
    [];
  readonly #locks = new Map<string, { holder: Session; readonly queue: (() => void)[] }>();
  readonly #running = new Set<string>();
  #sessions = 0;

  constructor(world: World) {
    this.world = world;
    this.record = recordIn(world);
  }

  /** What anybody sees now. */
  visible(row: string): number {
    return this.#rows.get(row) ?? 0;
  }

  /** What anybody saw then. */
  visibleAt(row: string, at: number): number {
    return this.#history.findLast((commit) => commit.row === row && commit.at <= at)?.version ?? 0;
  }

  /** The last that this writer has committed, and anybody sees now. */
  visibleOf(row: string, by: string): number {
    return this.#history.findLast((commit) => commit.row === row && commit.by === by)?.version ?? 0;
  }

  /** Seen at one instant between question and answer. */
  async read(rows: readonly string[]): Promise<Record<string, number>> {
    const { dice } = this.world;
    await this.world.wait(dice.between(0.1, 3));
    const seen = Object.fromEntries(rows.map((row) => [row, this.visible(row)]));
    await this.world.wait(dice.chance(this.slowReads) ? dice.between(0, 2_000) : dice.between(0.1, 3));
    return seen;
  }

  begin(by: string): Session {
    const session = new Session(this, String(++this.#sessions), by);
    this.#running.add(session.ref);
    return session;
  }

  async ended(ref: string): Promise<boolean> {
    await this.world.wait(this.world.dice.between(0.1, 3));
    return !this.#running.has(ref);
  }

  lock(row: string, session: Session, locked: () => void): void {
    const lock = this.#locks.get(row);
    if (lock === undefined) {
      this.#locks.set(row, { holder: session, queue: [] });
      return locked();
    }
    lock.queue.push(() => {
      lock.holder = session;
      locked();
    });
  }

  end(session: Session, rows: Iterable<string>, committed: boolean): void {
    this.#running.delete(session.ref);
    for (const row of rows) {
      if (committed) this.#commit(row, session.by);
      const lock = this.#locks.get(row)!;
      const next = lock.queue.shift();
      if (next === undefined) this.#locks.delete(row);
      else next();
    }
  }

  #commit(row: string, by: string): void {
    const version = this.visible(row) + 1;
    this.#rows.set(row, version);
    this.#history.push({ at: this.world.now, row, version, by });
  }
}

/** The transaction was rolled back instead. */
export class GivenUp extends Error {}

const lockTimeoutMs = 100;

/** A connection with its transaction. */
export class Session {
  readonly ref: string;
  readonly by: string;
  readonly #database: Database;
  readonly #locked = new Set<string>();
  #sent = false;
  #over = false;

  constructor(database: Database, ref: string, by: string) {
    this.#database = database;
    this.ref = ref;
    this.by = by;
  }

  /** Adds one to a row when it commits; the answer is what the row will be. Rows in their order, or two would wait for each other. */
  update(row: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const relent = this.#database.world.in(lockTimeoutMs, () => {
        this.rollBack();
        reject(new GivenUp());
      });
      this.#database.lock(row, this, () => {
        relent();
        this.#locked.add(row);
        if (this.#over) return this.#unlock(row);
        resolve(this.#database.visible(row) + 1);
      });
    });
  }

  rollBack(): void {
    this.#end(false);
  }

  /** Done when the answer is back; `seen` is called at the instant of the commit. */
  async commit(seen: () => void = () => {}): Promise<void> {
    const { world, slowCommits } = this.#database;
    this.#sent = true;
    const slow = world.dice.chance(slowCommits.chance);
    await world.wait(world.dice.between(0.1, slow ? slowCommits.ms : 2));
    this.#end(true);
    seen();
    await world.wait(world.dice.between(0.1, slow ? 100 : 2));
  }

  /** The connection of a process that died: what was not sent never will be. */
  abandon(): void {
    if (!this.#sent) this.#end(false);
  }

  #end(committed: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#database.end(this, this.#locked, committed);
  }

  /** It got the lock after it had ended. */
  #unlock(row: string): void {
    this.#database.end(this, [row], false);
  }
}
