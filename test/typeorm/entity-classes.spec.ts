import Libsql from 'libsql';
import {
  Column,
  type ColumnOptions,
  type ColumnType,
  DataSource,
  Entity,
  type EntitySchema,
  ManyToOne,
  OneToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { EnvelopeCodec } from '../../libs/cache/src/codec/codec.js';
import { Classes, type KnownClass } from '../../libs/cache/src/core/classes.js';
import { entityClassesOf } from '../../libs/cache/src/typeorm/entity-classes.js';
import { entities, Folder, Membership, Room, Sheet } from '../support/entities.js';

type Maker = abstract new (...args: never[]) => object;

const opened: DataSource[] = [];

async function sourceOf(...classes: readonly (Maker | EntitySchema)[]): Promise<DataSource> {
  const options = { type: 'better-sqlite3', driver: Libsql, database: ':memory:', synchronize: true } as const;
  const source = new DataSource({ ...options, entities: [...classes] });
  opened.push(source);
  return source.initialize();
}

async function knownIn(...classes: readonly (Maker | EntitySchema)[]): Promise<KnownClass[]> {
  return entityClassesOf(await sourceOf(...classes));
}

afterEach(async () => {
  for (const source of opened.splice(0)) await source.destroy();
});

/** What one version of an application may have otherwise than another. */
interface Version {
  readonly columns?: readonly ColumnOptions[];
  readonly placeType?: ColumnType;
  readonly ownerIsMany?: boolean;
}

function papers({ columns = [{}], placeType = 'text', ownerIsMany = true }: Version = {}): Maker[] {
  class Place {
    @Column({ type: placeType })
    city: string;
  }
  @Entity()
  class Owner {
    @PrimaryColumn()
    id: number;
  }
  const toOwner = ownerIsMany ? ManyToOne : OneToOne;
  @Entity()
  class Paper {
    @PrimaryColumn()
    id: number;
    @Column(() => Place)
    place: Place;
    @toOwner(() => Owner)
    owner: Relation<Owner>;
  }
  for (const options of columns) Column({ type: 'text', ...options })(Paper.prototype, options.name ?? 'title');
  return [Paper, Owner];
}

const asNumber = { from: Number, to: String };
const asDate = { from: (text: string) => new Date(text), to: String };

describe('the classes of a data source', () => {
  it('are those of its entities and of what is embedded in them', async () => {
    const known = await knownIn(...entities);

    expect(known.map(({ name }) => name).toSorted()).toEqual([
      'embedded:Address',
      'entity:Badge',
      'entity:Category',
      'entity:Contract',
      'entity:Folder',
      'entity:Label',
      'entity:Membership',
      'entity:Paper',
      'entity:Receipt',
      'entity:Room',
      'entity:Sheet',
    ]);
  });

  it.each<[string, Version, Version, string[]]>([
    ['the same columns', {}, {}, []],
    [
      'another order of columns',
      { columns: [{ name: 'a' }, { name: 'b' }] },
      { columns: [{ name: 'b' }, { name: 'a' }] },
      [],
    ],
    ['one more column', {}, { columns: [{}, { name: 'text' }] }, ['entity:Paper']],
    ['another type', {}, { columns: [{ type: 'int' }] }, ['entity:Paper']],
    [
      'another transformer',
      { columns: [{ transformer: asNumber }] },
      { columns: [{ transformer: [asDate] }] },
      ['entity:Paper'],
    ],
    ['another relation', {}, { ownerIsMany: false }, ['entity:Paper']],
    ['another type within', {}, { placeType: 'int' }, ['embedded:Place', 'entity:Paper']],
  ])('%s: changes the shape of what it concerns, and of nothing else', async (_, before, after, concerned) => {
    const old = await knownIn(...papers(before));
    const young = new Map((await knownIn(...papers(after))).map(({ name, shape }) => [name, shape]));

    const changed = old.filter(({ name, shape }) => young.get(name) !== shape).map(({ name }) => name);

    expect(changed.toSorted()).toEqual(concerned);
    expect([...young.keys()].toSorted()).toEqual(['embedded:Place', 'entity:Owner', 'entity:Paper']);
  });

  it('are enough for rows to leave the process', async () => {
    const source = await sourceOf(...entities);
    const room = await source.manager.save(Room, { name: 'a' });
    const folder = await source.manager.save(Folder, { name: 'b', room, sheets: [{ name: 'c' }] });
    await source.manager.save(Membership, { roomId: room.id, userName: 'ann', address: { city: 'Ulm' } });
    const value = {
      folder: await source.manager.findOneOrFail(Folder, {
        where: { id: folder.id },
        relations: { room: true, sheets: true },
      }),
      members: await source.manager.find(Membership),
    };
    const classes = new Classes();
    for (const known of entityClassesOf(source)) classes.add(known);
    const told: unknown[] = [];
    const tell = (...what: unknown[]) => told.push(what);
    const codec = new EnvelopeCodec({ classes, refused: tell, damaged: tell });
    const written = { by: 'host:1', tookMs: 1, writtenAt: 0, ttlMs: 1 };
    const draft = { stamp: { epoch: 'e', position: 1 }, tags: [], weight: 1, fallbackMs: 0, ...written };

    const copy = codec.read('k', codec.write('k', { ...draft, value })!);

    const read = copy!.value() as typeof value;
    expect(told).toEqual([]);
    expect(read).toStrictEqual(value);
    expect(read.folder.sheets[0]).toBeInstanceOf(Sheet);
    expect(Object.getPrototypeOf(read.members[0]!.address)).toBe(Object.getPrototypeOf(value.members[0]!.address));
  });
});
