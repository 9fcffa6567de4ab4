import type { EntityMetadata, ObjectLiteral, QueryRunner } from 'typeorm';

const mostAtOnce = 1_000;

interface Batch {
  readonly ids: ObjectLiteral[];
  readonly told: Promise<void>;
}

/**
 * Rows as they are at the moment of the write, and not as they were when TypeORM compared them with the entity: in between
 * somebody else may have moved them, and then it is the parent in between whose entries must go. Reading them locks them as
 * the write is about to do, so that they stay where they are until the transaction ends.
 */
export class CurrentRows {
  readonly #lockable: boolean;
  readonly #batches = new WeakMap<QueryRunner, Map<EntityMetadata, Batch>>();

  /** `lockable`: the database has row locks; one without them has a single writer. */
  constructor(lockable: boolean) {
    this.#lockable = lockable;
  }

  /** Done when `tell` has been given the row. The rows of one save are read together, and told to the first who asked. */
  read(
    runner: QueryRunner,
    metadata: EntityMetadata,
    row: ObjectLiteral,
    tell: (row: ObjectLiteral) => void,
  ): Promise<void> {
    const id = metadata.getEntityIdMap(row);
    if (id === undefined) return Promise.resolve();
    let batches = this.#batches.get(runner);
    if (batches === undefined) this.#batches.set(runner, (batches = new Map<EntityMetadata, Batch>()));
    const waiting = batches.get(metadata);
    if (waiting !== undefined) {
      waiting.ids.push(id);
      return waiting.told;
    }
    const ids = [id];
    const told = Promise.resolve().then(async () => {
      batches.delete(metadata);
      for (let from = 0; from < ids.length; from += mostAtOnce) {
        const rows = await this.#rows(runner, metadata, ids.slice(from, from + mostAtOnce));
        for (const current of rows) tell(current);
      }
    });
    batches.set(metadata, { ids, told });
    return told;
  }

  #rows(runner: QueryRunner, metadata: EntityMetadata, ids: ObjectLiteral[]): Promise<ObjectLiteral[]> {
    const owning = metadata.relations.filter(({ isManyToOne, isOneToOneOwner }) => isManyToOne || isOneToOneOwner);
    const query = runner.manager
      .createQueryBuilder<ObjectLiteral>(metadata.target, 'current')
      .withDeleted()
      .loadAllRelationIds({ relations: owning.map(({ propertyPath }) => propertyPath), disableMixedMap: true })
      .whereInIds(ids)
      .callListeners(false);
    return (this.#lockable ? query.setLock('for_no_key_update') : query).getMany();
  }
}
