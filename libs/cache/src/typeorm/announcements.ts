import type { EntityMetadata } from 'typeorm';
import type { Tag } from '../coherence/tag.js';
import type { Transaction } from '../core/transaction.js';

/**
 * What the entity events of one query runner have said and its next statements have not yet taken up.
 *
 * TypeORM tells of a write before and after it happens. In between, a statement of its builders on that table is the one that
 * was announced, with exact rows; any other statement is judged by its text.
 */
export class Announcements {
  readonly #tags = new Set<Tag>();
  readonly #guards = new Set<Tag>();
  readonly #underway = new Map<string, number>();
  /** Autocommitted inserts whose rows are known, but not yet named: they wait for the event that names them. */
  readonly #unnamed: Transaction[] = [];

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
  }

  covers({ tableName }: EntityMetadata): boolean {
    return this.#underway.has(tableName);
  }

  /** Hands over what was announced. A guard is for a statement that commits by itself; in a transaction the names come before COMMIT. */
  moveTo(transaction: Transaction, autocommit: boolean): void {
    transaction.touch(this.#tags);
    if (autocommit) transaction.guard(this.#guards);
    this.#tags.clear();
    this.#guards.clear();
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

  /** The events have named the rows, or will not any more. */
  async settle(): Promise<void> {
    const unnamed = this.#unnamed.splice(0);
    for (const transaction of unnamed) transaction.touch(this.#tags);
    if (unnamed.length > 0) this.#tags.clear();
    for (const transaction of unnamed) await transaction.settle('committed');
  }

  /** A statement failed: the events that would have ended its announcement will not come. */
  forget(): void {
    this.#underway.clear();
  }
}
