// Which entries a write kills: as few as TypeORM lets us know, and never too few.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager, EntitySubscriberInterface } from 'typeorm';
import { Application, Database } from '../support/database.js';
import {
  Badge,
  Category,
  Contract,
  entities,
  Folder,
  Label,
  Membership,
  Paper,
  Receipt,
  Room,
  Sheet,
  StampSchema,
} from '../support/entities.js';

/** Does something of somebody else's between what a save has read and what it writes. */
class Meanwhile implements EntitySubscriberInterface {
  happens: (() => Promise<unknown>) | undefined;

  async beforeTransactionStart(): Promise<void> {
    const { happens } = this;
    this.happens = undefined;
    await happens?.();
  }
}
const meanwhile = new Meanwhile();

let application: Application;
let manager: EntityManager;
beforeAll(async () => {
  application = await Application.start(await Database.create(), { entities, subscribers: [meanwhile] });
  manager = application.dataSource.manager;
});
afterAll(() => application.stop());

/** Rooms 1, 2 and 3; folder 1 in room 1, 2 in folder 1, 3 in room 2; the rest to be added by the test. */
beforeEach(async () => {
  const tables = application.dataSource.entityMetadatas.map(({ tablePath }) => `"${tablePath}"`);
  await manager.query(`TRUNCATE ${[...new Set(tables)].join(', ')} RESTART IDENTITY CASCADE`);
  await manager.insert(
    Room,
    [1, 2, 3].map((id) => ({ name: `room ${id}`, code: `code ${id}` })),
  );
  await manager.insert(Folder, [
    { name: 'one', room: { id: 1 } },
    { name: 'two', room: { id: 1 }, parent: { id: 1 } },
    { name: 'three', room: { id: 2 } },
  ]);
});

const rooms = ['room:1', 'room:2', 'room:3'];
const folders = ['folder:1', 'folder:2', 'folder:3'];
const types = ['type:room', 'type:folder', 'type:sheet'];
const all = [...rooms, ...folders, ...types, 'sheet:1', 'sheet:2'];

interface Path {
  readonly write: () => Promise<unknown>;
  /** What has to die. */
  readonly dies: readonly string[];
  /** What has to stay alive, because the rows are known. */
  readonly lives?: readonly string[];
}

const paths: Readonly<Record<string, Path>> = {
  'save (new)': {
    write: () => manager.save(Folder, { name: 'new', room: { id: 1 }, parent: { id: 1 } }),
    dies: ['folder:4', 'type:folder', 'room:1', 'folder:1'],
    lives: ['room:2', 'room:3', 'folder:2', 'folder:3', 'type:room', 'type:sheet'],
  },
  'save (changed)': {
    write: async () =>
      manager.save(Object.assign(await manager.findOneByOrFail(Folder, { id: 3 }), { name: 'changed' })),
    dies: ['folder:3', 'type:folder', 'room:2'],
    lives: ['room:1', 'room:3', 'folder:4', 'type:room'],
  },
  'save (partial), whose event shows a parent of null': {
    write: () => manager.save(Folder, { id: 1, name: 'changed' }),
    dies: ['folder:1', 'type:folder', 'room:1'],
    lives: ['room:2', 'room:3', 'type:room'],
  },
  'save (moved)': {
    write: () => manager.save(Folder, { id: 1, roomId: 2 }),
    dies: ['folder:1', 'type:folder', 'room:1', 'room:2'],
    lives: ['room:3', 'type:room'],
  },
  'save (moved out of everything)': {
    write: () => manager.save(Folder, { id: 1, roomId: null }),
    dies: ['folder:1', 'type:folder', 'room:1'],
    lives: ['room:2', 'room:3'],
  },
  'save (moved by a relation without a column)': {
    write: () => manager.save(Folder, { id: 2, parent: { id: 3 } }),
    dies: ['folder:2', 'folder:1', 'folder:3', 'type:folder', 'room:1'],
    lives: ['room:2', 'room:3', 'folder:4'],
  },
  'save (unchanged)': {
    write: async () => manager.save(await manager.findOneByOrFail(Folder, { id: 1 })),
    dies: [],
    lives: all,
  },
  'save of several': {
    write: () =>
      manager.save(Folder, [
        { id: 1, name: 'a' },
        { id: 3, name: 'b' },
        { name: 'c', roomId: 3 },
      ]),
    dies: ['folder:1', 'folder:3', 'folder:4', 'room:1', 'room:2', 'room:3', 'type:folder'],
    lives: ['type:room', 'type:sheet'],
  },
  'save without listeners': {
    write: async () => {
      const folder = await manager.findOneByOrFail(Folder, { id: 1 });
      await manager.save(Object.assign(folder, { name: 'changed' }), { listeners: false });
    },
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'remove without listeners': {
    write: async () => manager.remove(await manager.findOneByOrFail(Folder, { id: 1 }), { listeners: false }),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  insert: {
    write: () => manager.insert(Folder, { name: 'new', room: { id: 1 } }),
    dies: ['folder:4', 'type:folder', 'room:1'],
    lives: ['folder:1', 'folder:2', 'folder:3', 'room:2', 'room:3'],
  },
  'insert of several': {
    write: () => manager.insert(Folder, [{ roomId: 1 }, { roomId: 2 }, { roomId: 1 }]),
    dies: ['folder:4', 'folder:5', 'folder:6', 'type:folder', 'room:1', 'room:2'],
    lives: ['folder:1', 'folder:3', 'room:3'],
  },
  'insert by a builder that reads nothing back': {
    write: () => manager.createQueryBuilder().insert().into(Folder).values({ roomId: 1 }).updateEntity(false).execute(),
    dies: ['folder:4', 'type:folder', 'room:1'],
  },
  'insert by a builder without listeners': {
    write: () =>
      manager.createQueryBuilder().insert().into(Folder).values({ roomId: 1 }).callListeners(false).execute(),
    dies: ['folder:4', 'type:folder', 'room:1'],
  },
  'upsert of a row that is there': {
    write: () => manager.upsert(Folder, { id: 1, name: 'changed', roomId: 2 }, ['id']),
    dies: ['folder:1', 'type:folder', 'room:1', 'room:2'],
  },
  'update(id)': { write: () => manager.update(Folder, 1, { size: 7 }), dies: [...folders, ...rooms, 'type:folder'] },
  'update(criteria)': {
    write: () => manager.update(Folder, { name: 'one' }, { roomId: 3 }),
    dies: [...folders, ...rooms, 'type:folder'],
    lives: ['type:room', 'sheet:1'],
  },
  increment: {
    write: () => manager.increment(Folder, { id: 1 }, 'size', 1),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'update by a builder': {
    write: () =>
      manager
        .createQueryBuilder()
        .update(Folder)
        .set({ name: () => `'x'` })
        .where({ id: 1 })
        .execute(),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'relation().of().set()': {
    write: () => manager.createQueryBuilder().relation(Folder, 'room').of(1).set(2),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'delete(id)': {
    write: () => manager.delete(Folder, 2),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'delete(criteria) of parents': {
    write: () => manager.delete(Room, { name: 'room 1' }),
    dies: [...rooms, ...folders, 'type:room', 'type:folder'],
  },
  'remove(entity)': {
    write: async () => manager.remove(await manager.findOneByOrFail(Folder, { id: 3 })),
    dies: ['folder:3', 'type:folder', 'room:2'],
  },
  'remove(entity) of a parent': {
    write: async () => manager.remove(await manager.findOneByOrFail(Room, { id: 1 })),
    dies: ['room:1', 'type:room', 'folder:1', 'folder:2', 'type:folder'],
  },
  'softDelete(criteria)': { write: () => manager.softDelete(Folder, 1), dies: [...folders, ...rooms, 'type:folder'] },
  'restore(criteria)': { write: () => manager.restore(Folder, 1), dies: [...folders, ...rooms, 'type:folder'] },
  'softRemove(entity)': {
    write: async () => manager.softRemove(await manager.findOneByOrFail(Folder, { id: 3 })),
    dies: ['folder:3', 'type:folder', 'room:2'],
    lives: ['room:1', 'room:3', 'folder:4'],
  },
  'recover(entity)': {
    write: async () => {
      await manager.softRemove(await manager.findOneByOrFail(Folder, { id: 3 }));
      await watchAgain();
      await manager.recover(await manager.findOneOrFail(Folder, { where: { id: 3 }, withDeleted: true }));
    },
    dies: ['folder:3', 'type:folder', 'room:2'],
    lives: ['room:1', 'room:3', 'folder:4'],
  },
  'cascaded inserts': {
    write: () => manager.save(Folder, { roomId: 1, sheets: [{ name: 'a' }, { name: 'b' }] }),
    dies: ['folder:4', 'sheet:1', 'sheet:2', 'type:folder', 'type:sheet', 'room:1'],
    lives: ['room:2', 'room:3', 'folder:1'],
  },
  'a child taken out of its parent’s array': {
    write: async () => {
      await manager.save(Folder, { id: 1, sheets: [{ name: 'a' }, { name: 'b' }] });
      await watchAgain();
      const folder = await manager.findOneOrFail(Folder, { where: { id: 1 }, relations: { sheets: true } });
      folder.sheets = folder.sheets.slice(1);
      await manager.save(folder);
    },
    dies: ['sheet:1', 'folder:1', 'type:sheet'],
  },
  'raw SQL': {
    write: () => manager.query('/* by hand */ UPDATE "public"."folder" SET "name" = $1', ['x']),
    dies: [...folders, ...rooms, 'type:folder'],
    lives: ['type:room', 'sheet:1'],
  },
  'raw SQL that writes in a WITH': {
    write: () => manager.query(`WITH gone AS (DELETE FROM folder WHERE id = 2 RETURNING id) SELECT * FROM gone`),
    dies: [...folders, ...rooms, 'type:folder'],
  },
  'a procedure': { write: () => manager.query(`DO $$ BEGIN UPDATE folder SET name = 'x'; END $$`), dies: all },
  'clear()': { write: () => manager.clear(Sheet), dies: ['sheet:1', 'type:sheet'] },
};

let watchAgain: () => Promise<void>;

describe.each(Object.entries(paths))('%s', (_name, { write, dies, lives = [] }) => {
  it('kills what it changes and leaves the rest', async () => {
    const watched = [...new Set([...dies, ...lives])];
    watchAgain = async () =>
      application.cache.setMany(watched.map((tag) => ({ key: `watch ${tag}`, value: true, tags: [tag] })));
    const died = await application.dies(watched, write);

    expect({
      missed: dies.filter((tag) => !died.includes(tag)),
      needless: died.filter((tag) => lives.includes(tag)),
    }).toEqual({
      missed: [],
      needless: [],
    });
  });
});

describe('rows of other shapes', () => {
  const died = (tags: readonly string[], write: () => Promise<unknown>) => application.dies(tags, write);

  it('many-to-many: both ends, when saved and by relation().of()', async () => {
    const [red, blue] = await manager.save(Label, [{ name: 'red' }, { name: 'blue' }]);
    const tags = ['folder:1', 'folder:3', `label:${red!.id}`, `label:${blue!.id}`];

    expect(await died(tags, () => manager.save(Folder, { id: 1, labels: [red!] }))).toEqual([
      'folder:1',
      `label:${red!.id}`,
    ]);
    expect(await died(tags, () => manager.createQueryBuilder().relation(Folder, 'labels').of(3).add(blue!.id))).toEqual(
      expect.arrayContaining(['folder:3', `label:${blue!.id}`]),
    );
    expect(await died(tags, () => manager.save(Folder, { id: 1, labels: [] }))).toEqual(
      expect.arrayContaining(['folder:1', `label:${red!.id}`]),
    );
    expect(
      await died(tags, () => manager.createQueryBuilder().relation(Folder, 'labels').of(3).remove(blue!.id)),
    ).toEqual(expect.arrayContaining(['folder:3', `label:${blue!.id}`]));
  });

  it('a composite key, embedded columns, a name and further tags of its own, and a table whose name is no word', async () => {
    await manager.insert(Membership, { roomId: 1, userName: 'ann', address: { city: 'rome' } });
    await manager.insert(Membership, { roomId: 1, userName: 'bob', address: { city: 'oslo' } });
    const tags = ['membership:1,ann', 'membership:1,bob', 'type:membership', 'city:rome', 'city:oslo', 'city:bern'];
    const ann = await manager.findOneByOrFail(Membership, { userName: 'ann' });

    expect(await died(tags, () => manager.save(Object.assign(ann, { address: { city: 'bern' } })))).toEqual([
      'membership:1,ann',
      'type:membership',
      'city:rome',
      'city:bern',
    ]);
    expect(await died(tags, () => manager.query(`UPDATE "2fa members" SET role = 'owner'`))).toEqual(tags);
  });

  it('tags of an entity that look for more than a row has are no reason for its write to fail', async () => {
    await manager.insert(Membership, { roomId: 1, userName: 'ann', address: { city: 'rome' } });

    const tags = ['membership:1,ann', 'city:rome'];
    expect(await died(tags, () => manager.save(Membership, { roomId: 1, userName: 'ann', role: 'owner' }))).toEqual(
      tags,
    );
    expect(await died(tags, () => manager.insert(Membership, { roomId: 9, userName: 'cid' }))).toContain('city:rome');
  });

  it('an id with characters that tags escape is reached as it is', async () => {
    await manager.insert(Membership, { roomId: 1, userName: 'urn:é b%', address: { city: 'a:b' } });
    const tags = ['membership:1,urn:é b%', 'city:a:b'];
    const row = await manager.findOneByOrFail(Membership, { roomId: 1 });

    expect(await died(tags, () => manager.save(Object.assign(row, { role: 'owner' })))).toEqual(tags);
  });

  it('a uuid in upper case is the same id, also when nothing was there to be cached', async () => {
    const id = '0a1b2c3d-0000-4000-8000-abcdefabcdef';
    const tags = [`label:${id.toUpperCase()}`, `Label:${id}`];

    expect(await died(tags, () => manager.insert(Label, { id, name: 'new' }))).toEqual(tags);
    expect(await died(tags, () => manager.update(Label, { id: id.toUpperCase() }, { name: 'changed' }))).toEqual(tags);
  });

  it('a relation to something else than the id reaches every parent', async () => {
    const badge = await manager.save(Badge, { room: await manager.findOneByOrFail(Room, { id: 2 }) });

    expect(await died(rooms, () => manager.save(Badge, { id: badge.id, text: 'x' }))).toContain('room:2');
    expect(await died(rooms, () => manager.insert(Badge, { room: { code: 'code 3' } }))).toContain('room:3');
  });

  it('entities of one table share its rows, their names and their parents', async () => {
    await manager.save(Contract, { title: 'a', client: { id: 1 } });
    const tags = ['paper:1', 'contract:1', 'type:paper', 'type:contract', 'room:1'];

    expect(await died(tags, () => manager.save(Contract, { id: 1, title: 'b' }))).toEqual(tags);
    expect(await died(tags, () => manager.save(Paper, { id: 1, title: 'c' }))).toEqual(tags);
    expect(await died(tags, () => manager.update(Paper, 1, { title: 'd' }))).toEqual(tags);
    expect(await died(tags, () => manager.update(Contract, 1, { title: 'e' }))).toEqual(tags);
    expect(await died(tags, () => manager.delete(Paper, 1))).toEqual(tags);
  });

  it('an entity without a class', async () => {
    const tags = ['stamp:a', 'stamp:b', 'type:stamp'];

    expect(await died(tags, () => manager.save(StampSchema, { id: 'a', ink: 'red' }))).toEqual([
      'stamp:a',
      'type:stamp',
    ]);
    expect(await died(tags, () => manager.update(StampSchema, { id: 'a' }, { ink: 'blue' }))).toEqual(tags);
  });

  it('a tree whose closure table is written by text', async () => {
    const root = await manager.save(Category, { name: 'root' });
    const tags = ['category:1', 'category:2', 'type:category'];

    expect(await died(tags, () => manager.save(Category, { name: 'leaf', parent: root }))).toEqual(tags);
  });

  it('TRUNCATE … CASCADE reaches what refers to the table without cascading by itself', async () => {
    expect(await died(['receipt:1', 'type:receipt'], () => manager.query('TRUNCATE badge CASCADE'))).toEqual([
      'receipt:1',
      'type:receipt',
    ]);
  });

  it('the absence of a row is an entry, and the insert that names the row kills it', async () => {
    const tags = ['folder:4', 'folder:5', 'folder:6', 'folder:7'];

    expect(await died(tags, () => manager.save(Folder, {}))).toEqual(['folder:4']);
    expect(await died(tags, () => manager.insert(Folder, [{}, {}]))).toEqual(['folder:5', 'folder:6']);
    expect(await died(tags, () => manager.transaction((inner) => inner.insert(Folder, {})))).toEqual(['folder:7']);
  });

  it('writes at the same time on one runner without a transaction lose none of their rows', async () => {
    const runner = application.dataSource.createQueryRunner();
    const tags = ['folder:4', 'folder:5', 'folder:6', ...rooms, 'type:folder'];

    const dead = await died(tags, () =>
      Promise.all([
        runner.manager.insert(Folder, { roomId: 1 }),
        runner.manager.insert(Folder, [{ roomId: 2 }, { roomId: 3 }]),
        runner.manager.update(Room, { id: 1 }, { name: 'x' }),
      ]),
    );

    expect(dead).toEqual(tags);
    await runner.release();
  });

  it.each([
    ['save', () => manager.save(Folder, { id: 1, name: 'changed' })],
    ['move', () => manager.save(Folder, { id: 1, roomId: 3 })],
    ['remove', async () => manager.remove(await manager.findOneByOrFail(Folder, { id: 1 }))],
    ['softRemove', async () => manager.softRemove(await manager.findOneByOrFail(Folder, { id: 1 }))],
  ])(
    'a row that somebody moves between what a %s has read and what it writes: the parent in between, too',
    async (_name, write) => {
      meanwhile.happens = async () => {
        const stranger = application.dataSource.createQueryRunner();
        await stranger.query('UPDATE folder SET "roomId" = 2 WHERE id = 1');
        await stranger.release();
        await application.cache.set('watch room:2', true, { tags: ['room:2'] });
      };

      expect(await died(['room:2'], write)).toEqual(['room:2']);
    },
  );

  it('a nested save leaves the receipts of others alone', async () => {
    await manager.insert(Receipt, {});

    expect(await died(['receipt:1', 'receipt:2'], () => manager.save(Receipt, { badge: null }))).toEqual(['receipt:2']);
  });
});
