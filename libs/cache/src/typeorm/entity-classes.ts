import { createHash } from 'node:crypto';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { KnownClass, OwnAccessors } from '../core/classes.js';
import type { LazyRelations } from './lazy-relations.js';

type ColumnMetadata = EntityMetadata['columns'][number];
type EmbeddedMetadata = EntityMetadata['embeddeds'][number];
type RelationMetadata = EntityMetadata['relations'][number];

/**
 * The classes of the rows a data source knows, and of what is embedded in them. The name of an entity is the same in every
 * process; its shape changes with each column, relation and embedded class, so that no row from before a migration is taken
 * for one from after it.
 */
export function entityClassesOf(
  { entityMetadatas }: Pick<DataSource, 'entityMetadatas'>,
  lazyRelations?: LazyRelations,
): KnownClass[] {
  const classes = new Map<object, KnownClass>();
  const add = (name: string, target: unknown, parts: readonly string[], accessors?: OwnAccessors): void => {
    // a schema without a class gives plain objects, and so does a table between two others
    if (typeof target !== 'function') return;
    const prototype = target.prototype as object;
    if (!classes.has(prototype)) classes.set(prototype, { name, shape: hashOf(parts), prototype, accessors });
  };
  for (const metadata of entityMetadatas) {
    add(`entity:${metadata.name}`, metadata.target, partsOf(metadata), lazyRelations?.of(metadata));
    for (const embedded of metadata.allEmbeddeds)
      add(`embedded:${nameOf(embedded)}`, embedded.type, partsOf(embedded, embedded.propertyPath));
  }
  return [...classes.values()];
}

interface Parts {
  readonly columns: readonly ColumnMetadata[];
  readonly relations: readonly RelationMetadata[];
  readonly embeddeds: readonly EmbeddedMetadata[];
}

/** An embedded class may stand in several entities: what is said of it begins where it stands. */
function partsOf({ columns, relations, embeddeds }: Parts, within = ''): string[] {
  const from = within === '' ? 0 : within.length + 1;
  return [
    ...columns.map((column) => `column ${column.propertyPath.slice(from)} ${typeOf(column)}`),
    ...relations.map(
      ({ propertyPath, relationType, isLazy, inverseEntityMetadata }) =>
        `relation ${propertyPath.slice(from)} ${relationType} ${isLazy ? 'lazy ' : ''}${inverseEntityMetadata.name}`,
    ),
    ...embeddeds.flatMap((embedded) => [
      `embedded ${embedded.propertyPath.slice(from)} ${nameOf(embedded)} ${embedded.isArray}`,
      ...partsOf(embedded, within),
    ]),
  ];
}

function typeOf({ type, isArray, transformer }: ColumnMetadata): string {
  const name = typeof type === 'function' ? type.name : type;
  // what comes from the database as one thing is another after it
  const transformers = transformer === undefined ? [] : [transformer].flat();
  return [name, isArray, ...transformers.map((each) => String(Reflect.get(each, 'from')))].join(' ');
}

function nameOf({ type }: EmbeddedMetadata): string {
  return typeof type === 'function' ? type.name : type;
}

function hashOf(parts: readonly string[]): string {
  const text = JSON.stringify([...new Set(parts)].toSorted());
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
