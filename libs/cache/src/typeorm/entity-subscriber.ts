import type {
  EntityMetadata,
  EntitySubscriberInterface,
  InsertEvent,
  ObjectLiteral,
  QueryRunner,
  RecoverEvent,
  RemoveEvent,
  SoftRemoveEvent,
  UpdateEvent,
} from 'typeorm';
import type { CurrentRows } from './current-rows.js';
import type { Announcements } from './announcements.js';
import type { EntityTags } from './entity-tags.js';

type AnyEvent = { readonly metadata: EntityMetadata; readonly queryRunner: QueryRunner };
type Changed = AnyEvent & {
  readonly entity?: ObjectLiteral | undefined;
  readonly databaseEntity?: ObjectLiteral | undefined;
};

/** Listens to TypeORM's entity events and turns them into the tags that their rows touch. */
export class EntitySubscriber implements EntitySubscriberInterface {
  readonly #tags: () => EntityTags;
  readonly #announcementsOf: (runner: QueryRunner) => Announcements;
  readonly #currentRows: CurrentRows;

  constructor(
    tags: () => EntityTags,
    announcementsOf: (runner: QueryRunner) => Announcements,
    currentRows: CurrentRows,
  ) {
    this.#currentRows = currentRows;
    this.#tags = tags;
    this.#announcementsOf = announcementsOf;
  }

  beforeInsert({ metadata, queryRunner, entity }: InsertEvent<ObjectLiteral>): void {
    const announcements = this.#announcementsOf(queryRunner);
    announcements.begin(metadata);
    announcements.add(this.#tags().ofWritten(metadata, entity));
    if (!this.#tags().names(metadata, entity)) announcements.guard(this.#tags().ofTable(metadata));
  }

  afterInsert({ metadata, queryRunner, entity, entityId }: InsertEvent<ObjectLiteral>): Promise<void> {
    const announcements = this.#announcementsOf(queryRunner);
    const row = { ...entity, ...entityId };
    // Some inserts do not read back what the database chose.
    announcements.add(
      this.#tags().names(metadata, row) ? this.#tags().ofWritten(metadata, row) : this.#tags().ofTable(metadata),
    );
    announcements.end(metadata);
    return announcements.settle();
  }

  beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | void {
    this.#begin(event, this.#ofChanged(event));
    return this.#current(event);
  }

  /** Others may have given the row another parent since. Updates found necessary late have not been announced at all. */
  afterUpdate(event: UpdateEvent<ObjectLiteral>): void {
    this.#end(event, event.databaseEntity === undefined ? [] : this.#ofChanged(event));
  }

  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | void {
    this.#begin(event, this.#ofChanged(event));
    return this.#current(event);
  }

  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): void {
    this.#end(event);
  }

  beforeRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | void {
    this.#begin(event, this.#ofChanged(event));
    return this.#current(event);
  }

  afterRecover(event: RecoverEvent<ObjectLiteral>): void {
    this.#end(event);
  }

  beforeRemove(event: RemoveEvent<ObjectLiteral>): Promise<void> | void {
    this.#begin(event, [...this.#ofRemoved(event), ...this.#tags().ofCascade(event.metadata)]);
    return this.#current(event);
  }

  afterRemove(event: RemoveEvent<ObjectLiteral>): void {
    this.#end(event);
  }

  /** The parents of a row are what they are now; outside a transaction there is no now, and every parent counts. */
  #current({ metadata, queryRunner, databaseEntity }: Changed): Promise<void> | void {
    if (databaseEntity === undefined || !this.#tags().surrounds(metadata)) return;
    const announcements = this.#announcementsOf(queryRunner);
    if (!queryRunner.isTransactionActive) return announcements.add(this.#tags().ofTable(metadata));
    return this.#currentRows.read(queryRunner, metadata, databaseEntity, (row) =>
      announcements.add(this.#tags().ofRow(metadata, row)),
    );
  }

  #begin({ metadata, queryRunner }: AnyEvent, tags: Iterable<string>): void {
    const announcements = this.#announcementsOf(queryRunner);
    announcements.begin(metadata);
    announcements.add(tags);
  }

  #end({ metadata, queryRunner }: AnyEvent, tags: Iterable<string> = []): void {
    const announcements = this.#announcementsOf(queryRunner);
    announcements.add(tags);
    announcements.end(metadata);
  }

  /** The row as it was and as it will be, as far as TypeORM has read it; `#current` reads it whole. Without the old one the write came by criteria, and its rows are not known. */
  #ofChanged({ metadata, entity, databaseEntity }: Changed): Iterable<string> {
    if (databaseEntity === undefined) return this.#tags().ofTable(metadata);
    return [...this.#tags().ofWritten(metadata, databaseEntity), ...this.#tags().ofWritten(metadata, entity)];
  }

  #ofRemoved({ metadata, entityId, databaseEntity }: RemoveEvent<ObjectLiteral>): Iterable<string> {
    if (databaseEntity !== undefined) return this.#tags().ofWritten(metadata, databaseEntity);
    const known = metadata.isJunction && typeof entityId === 'object' && entityId !== null;
    return known ? this.#tags().ofRow(metadata, entityId as ObjectLiteral) : this.#tags().ofTable(metadata);
  }
}
