import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import { statusesOf, type Person } from '../support/data-room-person.js';

describe.each(databases)('the folder tree on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let ann: Person;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    ann = await dataRoom.register('Ann');
  });
  afterAll(() => dataRoom.stop());

  const namesIn = async (folderId: string) =>
    (await ann.get(`/folders/${folderId}/contents`)).body.items.map(({ name }) => name);
  const rootNames = async (roomId: string) =>
    (await ann.get(`/data-rooms/${roomId}/folders`)).body.items.map(({ name }) => name);
  const pathOf = async (folderId: string) =>
    (await ann.get(`/folders/${folderId}/path`)).body.items.map(({ name }) => name).join('/');

  it('a move shows in both parents, and in the path of everything below', async () => {
    const room = await ann.room();
    const [left, right] = [await ann.folder(room.id, 'left'), await ann.folder(room.id, 'right')];
    const moved = await ann.folder(room.id, 'moved', left.id);
    const deep = await ann.folder(room.id, 'deep', moved.id);
    expect([await namesIn(left.id), await namesIn(right.id), await pathOf(deep.id)]).toEqual([
      ['moved'],
      [],
      'left/moved/deep',
    ]);

    const answer = await ann.patch(`/folders/${moved.id}`, { parentId: right.id, name: 'renamed' });

    expect(answer).toMatchObject({ status: 200, body: { parentId: right.id, name: 'renamed' } });
    expect([await namesIn(left.id), await namesIn(right.id), await pathOf(deep.id)]).toEqual([
      [],
      ['renamed'],
      'right/renamed/deep',
    ]);
  });

  it('a move to the root level and back shows there', async () => {
    const room = await ann.room();
    const outer = await ann.folder(room.id, 'outer');
    const inner = await ann.folder(room.id, 'inner', outer.id);
    expect(await rootNames(room.id)).toEqual(['outer']);

    expect((await ann.patch(`/folders/${inner.id}`, { parentId: null })).body.parentId).toBeNull();
    expect([await rootNames(room.id), await namesIn(outer.id)]).toEqual([['inner', 'outer'], []]);

    await ann.patch(`/folders/${inner.id}`, { parentId: outer.id });
    expect([await rootNames(room.id), await namesIn(outer.id)]).toEqual([['outer'], ['inner']]);
  });

  it('a new name shows in its parent, the path and the folder itself', async () => {
    const room = await ann.room();
    const outer = await ann.folder(room.id, 'outer');
    const inner = await ann.folder(room.id, 'inner', outer.id);
    await Promise.all([rootNames(room.id), namesIn(outer.id), pathOf(inner.id), ann.get(`/folders/${outer.id}`)]);

    await ann.patch(`/folders/${outer.id}`, { name: 'new' });

    expect(await rootNames(room.id)).toEqual(['new']);
    expect(await pathOf(inner.id)).toBe('new/inner');
    expect((await ann.get(`/folders/${outer.id}`)).body.name).toBe('new');
  });

  it('refuses to move a folder into itself, below itself, or out of its data room', async () => {
    const [room, other] = [await ann.room(), await ann.room()];
    const outer = await ann.folder(room.id, 'outer');
    const inner = await ann.folder(room.id, 'inner', outer.id);
    const foreign = await ann.folder(other.id, 'foreign');
    const move = async (parentId: string) => (await ann.patch(`/folders/${outer.id}`, { parentId })).status;

    expect([await move(outer.id), await move(inner.id), await move(foreign.id), await move(room.id)]).toEqual([
      409, 409, 400, 400,
    ]);
    expect((await ann.post(`/data-rooms/${room.id}/folders`, { name: 'n', parentId: foreign.id })).status).toBe(400);
    expect((await ann.get(`/data-rooms/${room.id}/folders?parentId=${foreign.id}`)).status).toBe(404);
    expect(await pathOf(inner.id)).toBe('outer/inner');
  });

  it('moves that happen at once never make a cycle', async () => {
    const room = await ann.room();
    for (let round = 0; round < 8; round++) {
      const folders = await Promise.all(['a', 'b', 'c'].map((name) => ann.folder(room.id, `${name}${round}`)));
      const [a, b, c] = folders as [(typeof folders)[0], (typeof folders)[0], (typeof folders)[0]];

      const moves = await Promise.all([
        ann.patch(`/folders/${a.id}`, { parentId: b.id }),
        ann.patch(`/folders/${b.id}`, { parentId: c.id }),
        ann.patch(`/folders/${c.id}`, { parentId: a.id }),
      ]);

      expect(statusesOf(moves)).toEqual([200, 200, 409]);
      const lengths = await Promise.all(
        folders.map(async ({ id }) => (await ann.get(`/folders/${id}/path`)).body.items.length),
      );
      expect(lengths.toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
    }
  });

  it('a name is taken once among siblings, at the root level too, also by requests at once', async () => {
    const room = await ann.room();
    const parent = await ann.folder(room.id, 'parent');
    const create = (name: string, parentId: string | null) =>
      ann.post(`/data-rooms/${room.id}/folders`, { name, parentId });

    for (const parentId of [null, parent.id]) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => create('same', parentId)));
      expect(statusesOf(answers)).toEqual([201, 409, 409, 409]);
      const other = await create('other', parentId);
      expect((await ann.patch(`/folders/${other.body.id}`, { name: 'same' })).status).toBe(409);
    }
    const [same] = (await ann.get(`/folders/${parent.id}/contents`)).body.items.filter(({ name }) => name === 'same');
    expect((await ann.patch(`/folders/${same?.id}`, { parentId: null })).status).toBe(409);
  });

  it('a delete takes the subtree, rows and contents, and leaves the rest', async () => {
    const room = await ann.room();
    const [doomed, spared] = [await ann.folder(room.id, 'doomed'), await ann.folder(room.id, 'spared')];
    const below = await ann.folder(room.id, 'below', doomed.id);
    const kept = await ann.upload(`/folders/${spared.id}/files`, 'kept', 'kept');
    const gone = await ann.upload(`/folders/${below.id}/files`, 'gone', 'gone!');
    const before = (await dataRoom.storedContents()).length;
    const paths = [doomed, below].map(({ id }) => `/folders/${id}`).concat(`/files/${gone.body.id}`);
    for (const path of paths) expect((await ann.get(path)).status).toBe(200);
    expect((await ann.get(`/data-rooms/${room.id}`)).body.usage).toEqual({ files: 2, bytes: 9 });

    expect((await ann.delete(`/folders/${doomed.id}`)).status).toBe(204);

    for (const path of [...paths, `/folders/${below.id}/path`, `/files/${gone.body.id}/content`]) {
      expect([path, (await ann.get(path)).status]).toEqual([path, 404]);
    }
    expect((await ann.get(`/files/${kept.body.id}/content`)).text).toBe('kept');
    expect(await rootNames(room.id)).toEqual(['spared']);
    expect((await ann.get(`/data-rooms/${room.id}`)).body.usage).toEqual({ files: 1, bytes: 4 });
    expect(await dataRoom.storedContents()).toHaveLength(before - 1);
  });

  it('a data room takes everything with it', async () => {
    const bob = await dataRoom.register('Bob');
    const room = await ann.room();
    await ann.put(`/data-rooms/${room.id}/members/${bob.id}`, { role: 'viewer' });
    const folder = await ann.folder(room.id, 'f');
    const below = await ann.folder(room.id, 'g', folder.id);
    const before = (await dataRoom.storedContents()).length;
    const file = await ann.upload(`/folders/${below.id}/files`, 'a', 'a');
    const paths = [`/data-rooms/${room.id}`, `/folders/${folder.id}`, `/folders/${below.id}`, `/files/${file.body.id}`];
    for (const path of paths) expect((await bob.get(path)).status).toBe(200);

    expect((await ann.delete(`/data-rooms/${room.id}`)).status).toBe(204);

    for (const person of [ann, bob]) {
      for (const path of paths) expect([path, (await person.get(path)).status]).toEqual([path, 404]);
      expect((await person.get('/data-rooms')).text).not.toContain(room.id);
    }
    expect(await dataRoom.storedContents()).toHaveLength(before);
  });

  it('writes into a subtree that is being deleted either come before it or find nothing', async () => {
    const room = await ann.room();
    for (let round = 0; round < 5; round++) {
      const doomed = await ann.folder(room.id, `doomed ${round}`);
      const [, ...writes] = await Promise.all([
        ann.delete(`/folders/${doomed.id}`),
        ann.post(`/data-rooms/${room.id}/folders`, { name: 'late', parentId: doomed.id }),
        ann.upload(`/folders/${doomed.id}/files`, 'late', 'late'),
      ]);

      for (const { status } of writes) expect([201, 400, 404]).toContain(status);
      for (const { body } of writes.filter(({ status }) => status === 201)) {
        expect((await ann.get(body.size ? `/files/${body.id}` : `/folders/${body.id}`)).status).toBe(404);
      }
    }
    expect((await ann.get(`/data-rooms/${room.id}`)).body.usage).toEqual({ files: 0, bytes: 0 });
    expect((await ann.delete(`/data-rooms/${room.id}`)).status).toBe(204);
  });

  it('a tree as deep as one likes has a path in one query, and goes with one delete', async () => {
    const room = await ann.room();
    const top = await ann.folder(room.id, 'top');
    let parent = top;
    for (let depth = 0; depth < 120; depth++) parent = await ann.folder(room.id, `${depth}`, parent.id);

    expect((await ann.get(`/folders/${parent.id}/path`)).body.items).toHaveLength(121);
    expect((await ann.delete(`/folders/${top.id}`)).status).toBe(204);
    expect((await ann.get(`/folders/${parent.id}`)).status).toBe(404);
  });
});
