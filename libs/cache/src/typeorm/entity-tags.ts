import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import { everything, type Tag } from '../coherence/tag.js';
import { tagOf } from '../core/key.js';
import { wordsOf, type Statement } from './sql-statement.js';

type ColumnMetadata = EntityMetadata['columns'][number];

export interface CacheTagsOptions<Row> {
  /** The name in the tags: `room` gives `room:7` and `type:room`. Default: the lower-cased class name. */
  readonly name?: string;
  /** Further tags of a row: `{ owner: (row) => row.ownerId }` touches `owner:{ownerId}` whenever the row changes. */
  readonly also?: Readonly<Record<string, (row: Row) => unknown>>;
}

const declared = Symbol.for('@data-room/cache:entity-tags');

/** Names an entity for its tags, and adds some. Entities touch their own tags without it. */
export function CacheTags<Row = ObjectLiteral>(options: string | CacheTagsOptions<Row>) {
  const settled = typeof options === 'string' ? { name: options } : options;
  return (entity: abstract new (...args: never[]) => Row): void => {
    Object.defineProperty(entity, declared, { value: settled });
  };
}

/** What one kind of rows touches: derived once from the metadata of its table. */
interface Shape {
  readonly names: readonly string[];
  readonly also: readonly (readonly [string, (row: ObjectLiteral) => unknown])[];
  readonly parents: readonly Parent[];
}

interface Parent {
  readonly metadata: EntityMetadata;
  /** In the order of the parent's primary columns; undefined when it is referenced by other columns than those. */
  readonly columns: readonly ColumnMetadata[] | undefined;
}

/** Which tags a written row, or a table written in an unknown place, touches. One for each data source. */
export class EntityTags {
  readonly #shapes = new Map<EntityMetadata, Shape>();
  readonly #tables = new Map<string, EntityMetadata[]>();
  /** The words that a text has in it if it names the table: `"2fa codes"` is not one word. */
  readonly #words = new Map<string, readonly string[]>();
  readonly #wholes = new Map<EntityMetadata, readonly Tag[]>();

  constructor(readonly entities: readonly EntityMetadata[]) {
    for (const metadata of entities) {
      const table = metadata.tableName.toLowerCase();
      this.#tables.set(table, [...(this.#tables.get(table) ?? []), metadata]);
      this.#words.set(table, [...wordsOf(table)]);
    }
  }

  /** A row as the database has it: itself, its type, its parents. What cannot be read from it counts with its whole family. */
  ofRow(metadata: EntityMetadata, row: ObjectLiteral): Tag[] {
    const id = idOf(metadata.primaryColumns, row);
    const itself = this.#namesOf(metadata).flatMap((name) => (id === undefined ? familyOf(name) : tagsOf(name, id)));
    return [...itself, ...this.#surroundings(metadata, row, familyOf)];
  }

  /** A row as somebody wrote it: a column that is left out is one that says nothing. */
  ofWritten(metadata: EntityMetadata, row: ObjectLiteral | undefined): Tag[] {
    if (row === undefined) return [];
    const id = idOf(metadata.primaryColumns, row);
    const itself = id === undefined ? [] : this.#namesOf(metadata).flatMap((name) => tagsOf(name, id));
    return [...itself, ...this.#surroundings(metadata, row, () => undefined)];
  }

  /** Can the row be named from what is known of it? */
  names(metadata: EntityMetadata, row: ObjectLiteral | undefined): boolean {
    return row !== undefined && idOf(metadata.primaryColumns, row) !== undefined;
  }

  /** Does a row touch more than itself: something that other rows may be a part of? */
  surrounds(metadata: EntityMetadata): boolean {
    const { parents, also } = this.#shapeOf(metadata);
    return parents.length + also.length > 0;
  }

  /** Rows that nobody knows: every row of the table, and every parent they may have. */
  ofTable(metadata: EntityMetadata): readonly Tag[] {
    let tags = this.#wholes.get(metadata);
    if (tags === undefined) {
      const { names, also, parents } = this.#shapeOf(metadata);
      const families = [
        ...names,
        ...also.map(([name]) => name),
        ...parents.flatMap((parent) => this.#namesOf(parent.metadata)),
      ];
      tags = [...new Set([...names.map((name) => tagOf('type', name)), ...families.map(familyOf)])];
      this.#wholes.set(metadata, tags);
    }
    return tags;
  }

  /** What the database removes or changes by itself when rows of this table are removed; `all`: whatever refers to them. */
  ofCascade(metadata: EntityMetadata, all = false, reached = new Set<EntityMetadata>()): Tag[] {
    const tags: Tag[] = [];
    for (const child of this.entities) {
      const follows = child.foreignKeys.some(
        ({ referencedEntityMetadata, onDelete }) =>
          referencedEntityMetadata.tableName === metadata.tableName && (all || /CASCADE|SET/.test(onDelete ?? '')),
      );
      if (!follows || reached.has(child)) continue;
      reached.add(child);
      tags.push(...this.ofTable(child), ...this.ofCascade(child, all, reached));
    }
    return tags;
  }

  /** What a text of SQL may touch, but for the tables whose rows are `known` already. */
  ofStatement(statement: Statement, known: (metadata: EntityMetadata) => boolean): readonly Tag[] {
    if (statement.opaque) return [everything];
    return this.#among(statement.words)
      .filter((metadata) => !known(metadata))
      .flatMap((metadata) => [
        ...this.ofTable(metadata),
        ...(statement.removes ? this.ofCascade(metadata, statement.empties) : []),
      ]);
  }

  /** The entities whose tables may be among these words. */
  #among(words: ReadonlySet<string>): EntityMetadata[] {
    const found: EntityMetadata[] = [];
    for (const [table, entities] of this.#tables) {
      if (this.#words.get(table)!.every((word) => words.has(word))) found.push(...entities);
    }
    return found;
  }

  /** Its type, the tags that were declared for it, and its parents; `unreadable` says what an unknown parent counts as. */
  #surroundings(metadata: EntityMetadata, row: ObjectLiteral, unreadable: (name: string) => Tag | undefined): Tag[] {
    const { names, also, parents } = this.#shapeOf(metadata);
    const tags: (Tag | undefined)[] = names.map((name) => tagOf('type', name));
    for (const [name, valueOf] of also) {
      try {
        const value = valueOf(row);
        if (value !== null) tags.push(...(value === undefined ? [unreadable(name)] : tagsOf(name, [value])));
      } catch {
        // It looks for more than the row has, which is no reason for the write to fail.
        tags.push(familyOf(name));
      }
    }
    for (const { metadata: parent, columns } of parents) {
      const values = columns?.map((column) => column.getEntityValue(row) as unknown);
      if (values?.some((value) => value === null)) continue;
      // A function is an expression that the database evaluates.
      const computed = values?.some((value) => typeof value === 'function') ?? true;
      const known = !computed && !values?.includes(undefined);
      for (const name of this.#namesOf(parent)) {
        tags.push(...(known ? tagsOf(name, values!) : [computed ? familyOf(name) : unreadable(name)]));
      }
    }
    return tags.filter((tag) => tag !== undefined);
  }

  #namesOf(metadata: EntityMetadata): readonly string[] {
    return this.#shapeOf(metadata).names;
  }

  #shapeOf(metadata: EntityMetadata): Shape {
    let shape = this.#shapes.get(metadata);
    if (shape === undefined) {
      // Entities that share a table share its rows: a Contract is also a Document.
      const sharing = this.#tables.get(metadata.tableName.toLowerCase()) ?? [metadata];
      shape = {
        names: [...new Set(sharing.map(nameOf))],
        also: [...new Map(sharing.flatMap((entity) => Object.entries(declarationOf(entity)?.also ?? {})))],
        parents: distinct(sharing.flatMap(parentsOf)),
      };
      this.#shapes.set(metadata, shape);
    }
    return shape;
  }
}

/** The types of all tags that rows of these have. */
export function typesOf(entities: readonly EntityMetadata[]): string[] {
  return entities.flatMap((entity) => [nameOf(entity), ...Object.keys(declarationOf(entity)?.also ?? {})]);
}

function declarationOf({ target }: EntityMetadata): CacheTagsOptions<ObjectLiteral> | undefined {
  return typeof target === 'function'
    ? (target as { [declared]?: CacheTagsOptions<ObjectLiteral> })[declared]
    : undefined;
}

function nameOf(metadata: EntityMetadata): string {
  return (declarationOf(metadata)?.name ?? metadata.name).toLowerCase();
}

/** As the cache spells it, and as somebody would who wrote `doc:${id}` without a thought for what stands in an id. */
function tagsOf(name: string, id: readonly unknown[]): Tag[] {
  const tag = tagOf(name, id);
  if (!id.some((value) => typeof value === 'string')) return [tag];
  const plain = `${name}:${id.map(String).join(',')}`;
  return plain === tag ? [tag] : [tag, plain];
}

function familyOf(name: string): Tag {
  return `${tagOf(name, '')}${everything}`;
}

function parentsOf(metadata: EntityMetadata): Parent[] {
  const owning = metadata.relations.filter(({ isManyToOne, isOneToOneOwner }) => isManyToOne || isOneToOneOwner);
  const parents = owning.map(({ inverseEntityMetadata, joinColumns }) => parentOf(inverseEntityMetadata, joinColumns));
  if (!metadata.isJunction) return parents;
  return metadata.foreignKeys.map(({ referencedEntityMetadata, columns }) =>
    parentOf(referencedEntityMetadata, columns),
  );
}

/** Entities that share a table have each inherited the same relations. */
function distinct(parents: readonly Parent[]): Parent[] {
  const signed = parents.map((parent) => {
    const columns = parent.columns?.map(({ propertyPath }) => propertyPath);
    return [JSON.stringify([parent.metadata.tablePath, columns]), parent] as const;
  });
  return [...new Map(signed).values()];
}

function parentOf(metadata: EntityMetadata, columns: readonly ColumnMetadata[]): Parent {
  const inOrder = metadata.primaryColumns.map((primary) =>
    columns.find(({ referencedColumn }) => referencedColumn === primary),
  );
  const exact = inOrder.every((column) => column !== undefined);
  return { metadata, columns: exact ? inOrder : undefined };
}

function idOf(columns: readonly ColumnMetadata[], row: ObjectLiteral): unknown[] | undefined {
  const values = columns.map((column) => column.getEntityValue(row) as unknown);
  return values.length > 0 &&
    values.every((value) => value !== undefined && value !== null && typeof value !== 'function')
    ? values
    : undefined;
}
