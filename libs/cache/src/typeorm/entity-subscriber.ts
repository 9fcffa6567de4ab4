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

  constructor(tags: () => EntityTags, announcementsOf: (runner: QueryRunner) => Announcements) {
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

  beforeUpdate(event: UpdateEvent<ObjectLiteral>): void {
    this.#begin(event, this.#ofChanged(event));
  }

  /** Also the first word of updates that a save found necessary only after its inserts. */
  afterUpdate(event: UpdateEvent<ObjectLiteral>): void {
    const announced = this.#announcementsOf(event.queryRunner).covers(event.metadata);
    const complete = announced && event.databaseEntity === undefined;
    this.#end(event, complete ? [] : this.#ofChanged(event));
  }

  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): void {
    this.#begin(event, this.#ofChanged(event));
  }

  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): void {
    this.#end(event);
  }

  beforeRecover(event: RecoverEvent<ObjectLiteral>): void {
    this.#begin(event, this.#ofChanged(event));
  }

  afterRecover(event: RecoverEvent<ObjectLiteral>): void {
    this.#end(event);
  }

  beforeRemove(event: RemoveEvent<ObjectLiteral>): void {
    this.#begin(event, [...this.#ofRemoved(event), ...this.#tags().ofCascade(event.metadata)]);
  }

  afterRemove(event: RemoveEvent<ObjectLiteral>): void {
    this.#end(event);
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

  /** The row as it was and as it will be. Without the old one the write came by criteria, and its rows are not known. */
  #ofChanged({ metadata, entity, databaseEntity }: Changed): Iterable<string> {
    if (databaseEntity === undefined) return this.#tags().ofTable(metadata);
    const after = entity === undefined ? [] : this.#tags().ofWritten(metadata, entity);
    return [...this.#tags().ofRow(metadata, databaseEntity), ...after];
  }

  #ofRemoved({ metadata, entityId, databaseEntity }: RemoveEvent<ObjectLiteral>): Iterable<string> {
    if (databaseEntity !== undefined) return this.#tags().ofRow(metadata, databaseEntity);
    const known = metadata.isJunction && typeof entityId === 'object' && entityId !== null;
    return known ? this.#tags().ofRow(metadata, entityId as ObjectLiteral) : this.#tags().ofTable(metadata);
  }
}
