import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import type { Person } from '../support/data-room-person.js';

describe.each(databases)('pages on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let ann: Person;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    ann = await dataRoom.register('Ann');
  });
  afterAll(() => dataRoom.stop());

  /** Walks a list to its end; `between` runs after each page. */
  async function walk(path: string, limit: number, between: () => Promise<unknown> = async () => {}) {
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await ann.get(`${path}?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(page.body.items.length).toBeLessThanOrEqual(limit);
      names.push(...page.body.items.map(({ name }) => name));
      cursor = page.body.nextCursor;
      await between();
    }
    return names;
  }

  it('hold everything once, in order, folders before files', async () => {
    const room = await ann.room();
    const parent = await ann.folder(room.id, 'parent');
    const folders = ['B', 'a', 'Ä', 'é', 'zz', '_', '😀'];
    for (const name of folders) await ann.folder(room.id, name, parent.id);
    for (const name of ['y', 'x', 'x', 'x', 'Z']) await ann.upload(`/folders/${parent.id}/files`, name, name);
    const expected = ['B', '_', 'a', 'zz', 'Ä', 'é', '😀', 'Z', 'x', 'x', 'x', 'y'];

    for (const limit of [1, 2, 3, 7, 12, 200]) {
      expect(await walk(`/folders/${parent.id}/contents`, limit)).toEqual(expected);
    }
    expect(await walk(`/data-rooms/${room.id}/folders`, 1)).toEqual(['parent']);
  });

  it('neither repeat nor skip what was there, whatever comes and goes meanwhile', async () => {
    const room = await ann.room();
    for (const name of ['b', 'd', 'f', 'h', 'j']) await ann.folder(room.id, name);
    const arrivals = ['a', 'c', 'g', 'k'];

    const names = await walk(`/data-rooms/${room.id}/folders`, 2, async () => {
      const name = arrivals.shift();
      if (name) await ann.folder(room.id, name);
    });

    expect(names.filter((name) => 'bdfhj'.includes(name))).toEqual(['b', 'd', 'f', 'h', 'j']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('list data rooms and members in the order of their coming', async () => {
    const bob = await dataRoom.register('Bob');
    const rooms = [];
    for (const name of ['3', '1', '2', '1']) rooms.push(await bob.room(name));
    const [room] = rooms;
    const names = ['Zoe', 'Ada', 'Mia'];
    for (const name of names) {
      const { id } = await dataRoom.register(name);
      await bob.put(`/data-rooms/${room?.id}/members/${id}`, { role: 'viewer' });
    }
    const first = await bob.get('/data-rooms?limit=3');
    const second = await bob.get(`/data-rooms?limit=3&cursor=${first.body.nextCursor}`);

    expect([...first.body.items, ...second.body.items].map(({ name }) => name).toSorted()).toEqual([
      '1',
      '1',
      '2',
      '3',
    ]);
    expect(second.body.nextCursor).toBeNull();
    const members = await bob.get(`/data-rooms/${room?.id}/members?limit=3`);
    const rest = await bob.get(`/data-rooms/${room?.id}/members?limit=3&cursor=${members.body.nextCursor}`);
    expect([...members.body.items, ...rest.body.items].map(({ name }) => name)).toEqual(['Bob', ...names]);
  });

  it('take an empty parameter for one that was left out', async () => {
    const room = await ann.room();
    const folder = await ann.folder(room.id, 'f');

    const answer = await ann.get(`/data-rooms/${room.id}/folders?parentId=&cursor=&limit=`);
    expect(answer).toMatchObject({ status: 200, body: { items: [{ id: folder.id }], nextCursor: null } });
  });

  it.each([
    ['no JSON', 'xx'],
    ['JSON of another shape', Buffer.from('{"a":1}').toString('base64url')],
    ['an array', Buffer.from('[]').toString('base64url')],
    [
      'a name with a NUL',
      Buffer.from('{"name":"a\\u0000","id":"x","kind":"file","createdAt":"x"}').toString('base64url'),
    ],
    ['SQL', encodeURIComponent("' OR 1=1 --")],
    ['much too long', 'x'.repeat(5000)],
  ])('a cursor that is %s is refused by every list', async (_what, cursor) => {
    const room = await ann.room();
    const folder = await ann.folder(room.id, 'f');

    for (const path of [
      '/data-rooms',
      `/data-rooms/${room.id}/folders`,
      `/data-rooms/${room.id}/members`,
      `/folders/${folder.id}/contents`,
    ]) {
      const answer = await ann.get(`${path}?cursor=${cursor}`);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(String(answer.body.message)).toContain('cursor');
    }
  });

  it.each(['0', '-1', '201', '1.5', 'ten', '%20', '1e2', '99999999999999999999', '1&limit=2'])(
    'a limit of "%s" is refused',
    async (limit) => {
      const answer = await ann.get(`/data-rooms?limit=${limit}`);
      expect(answer.status).toBe(400);
      expect(String(answer.body.message)).toContain('limit');
    },
  );
});
