/** Collects the tags of the rows that a transaction writes, by our own rules, and invalidates them when it has committed. */
import type {
  AfterQueryEvent,
  EntityMetadata,
  EntitySubscriberInterface,
  InsertEvent,
  ObjectLiteral,
  QueryRunner,
  RemoveEvent,
  TransactionCommitEvent,
  TransactionRollbackEvent,
  UpdateEvent,
} from 'typeorm';
import { EntityTags } from '../../../libs/cache/src/typeorm/entity-tags.js';
import { statementsOf } from '../../../libs/cache/src/typeorm/sql-statement.js';
import { cache } from './cache.js';

const touched = new WeakMap<QueryRunner, Set<string>>();
/** Rows that are being removed one by one, whose statement is no surprise. */
const removing = new WeakSet<QueryRunner>();

export function touch(runner: QueryRunner, tags: readonly string[]): void {
  const known = touched.get(runner) ?? new Set();
  touched.set(runner, known);
  for (const tag of tags) known.add(tag);
}

export class WriteSubscriber implements EntitySubscriberInterface {
  readonly #tags: EntityTags;

  constructor(entities: readonly EntityMetadata[]) {
    this.#tags = new EntityTags(entities);
  }

  afterInsert({ metadata, queryRunner, entity, entityId }: InsertEvent<ObjectLiteral>): Promise<void> {
    return this.#written(queryRunner, this.#tags.ofWritten(metadata, { ...entity, ...entityId }));
  }

  afterUpdate({ metadata, queryRunner, entity, databaseEntity }: UpdateEvent<ObjectLiteral>): Promise<void> {
    const before = databaseEntity === undefined ? [] : this.#tags.ofRow(metadata, databaseEntity);
    return this.#written(queryRunner, [...before, ...this.#tags.ofWritten(metadata, { ...databaseEntity, ...entity })]);
  }

  beforeRemove({ metadata, queryRunner, entity, databaseEntity }: RemoveEvent<ObjectLiteral>): Promise<void> {
    removing.add(queryRunner);
    return this.#written(queryRunner, this.#tags.ofRow(metadata, { ...databaseEntity, ...entity }));
  }

  afterRemove({ queryRunner }: RemoveEvent<ObjectLiteral>): void {
    removing.delete(queryRunner);
  }

  async afterQuery({ query, queryRunner, success }: AfterQueryEvent): Promise<void> {
    if (!success || removing.has(queryRunner) || !/^\s*DELETE\b/i.test(query)) return;
    await this.#written(
      queryRunner,
      statementsOf(query).flatMap((statement) => this.#tags.ofStatement(statement, () => false)),
    );
  }

  async afterTransactionCommit({ queryRunner }: TransactionCommitEvent): Promise<void> {
    const tags = touched.get(queryRunner) ?? [];
    touched.delete(queryRunner);
    await cache.invalidateTags(tags);
  }

  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    touched.delete(queryRunner);
  }

  async #written(runner: QueryRunner, tags: readonly string[]): Promise<void> {
    if (runner.isTransactionActive) touch(runner, tags);
    else await cache.invalidateTags(tags);
  }
}
