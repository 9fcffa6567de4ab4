import type { EntityMetadata } from 'typeorm';
import type { Tag } from '../coherence/tag.js';
import type { Transaction } from '../core/transaction.js';

/**
 * What the entity events of one query runner have said and its next statements have not yet taken up.
 *
 * TypeORM tells of a write before and after it happens. In between, a statement of its builders on that table is the one that
 * was announced, with exact rows; any other statement is judged by its text. Which of several announced statements is the one
 * that passes cannot be told, so each takes up all that is under way.
 */
export class Announcements {
  readonly #tags = new Set<Tag>();
  readonly #guards = new Set<Tag>();
  readonly #underway = new Map<string, number>();
  /** Autocommitted inserts whose rows are known, but not yet named: they wait for the events that name them. */
  readonly #unnamed: Transaction[] = [];
  /** Taken up by a statement, and still to be taken up by those that were announced beside it. */
  readonly #taken = new Set<Tag>();

  add(tags: Iterable<Tag>): void {
    for (const tag of tags) this.#tags.add(tag);
  }

  guard(tags: Iterable<Tag>): void {
    for (const tag of tags) this.#guards.add(tag);
  }

  begin({ tableName }: EntityMetadata): void {
    this.#underway.set(tableName, (this.#underway.get(tableName) ?? 0) + 1);
  }

  end({ tableName }: EntityMetadata): void {
    const left = (this.#underway.get(tableName) ?? 0) - 1;
    if (left > 0) this.#underway.set(tableName, left);
    else this.#underway.delete(tableName);
    if (this.#underway.size > 0) return;
    this.#taken.clear();
    this.#guards.clear();
  }

  covers({ tableName }: EntityMetadata): boolean {
    return this.#underway.has(tableName);
  }

  /** Hands over what was announced. A guard is for a statement that commits by itself; in a transaction the names come before COMMIT. */
  moveTo(transaction: Transaction, autocommit: boolean): void {
    if (this.#underway.size > 0) for (const tag of this.#tags) this.#taken.add(tag);
    transaction.touch(this.#tags);
    transaction.touch(this.#taken);
    if (autocommit) transaction.guard(this.#guards);
    this.#tags.clear();
    if (this.#underway.size === 0) this.#guards.clear();
  }

  get guarded(): boolean {
    return this.#guards.size > 0;
  }

  /** What no statement has taken up. */
  take(): Tag[] {
    const tags = [...this.#tags];
    this.#tags.clear();
    this.#guards.clear();
    return tags;
  }

  awaitNames(transaction: Transaction): void {
    this.#unnamed.push(transaction);
  }

  /** The last event of all that were under way has named the rows. */
  async settle(): Promise<void> {
    if (this.#underway.size > 0) return;
    const unnamed = this.#unnamed.splice(0);
    for (const transaction of unnamed) transaction.touch(this.#tags);
    if (unnamed.length > 0) this.#tags.clear();
    for (const transaction of unnamed) await transaction.settle('committed');
  }

  /** Statements have failed, or their transaction ends: what is still to come was not announced, and names nobody. */
  forget(): void {
    this.#underway.clear();
    this.#taken.clear();
    for (const transaction of this.#unnamed) transaction.widen();
  }
}
