import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import { Person, type Body } from '../support/data-room-person.js';

interface Scene {
  readonly room: Body;
  readonly folder: Body;
  readonly file: Body;
  readonly owner: Person;
  readonly editor: Person;
  readonly viewer: Person;
  readonly outsider: Person;
}

type Role = 'owner' | 'editor' | 'viewer' | 'outsider' | 'stranger';

/** Every route that belongs to a data room, with the roles that may use it. Those that delete come last. */
const routes: readonly {
  name: string;
  may: readonly Role[];
  ask: (scene: Scene, person: Person) => Promise<{ status: number }>;
}[] = [
  { name: 'GET room', may: ['owner', 'editor', 'viewer'], ask: ({ room }, p) => p.get(`/data-rooms/${room.id}`) },
  { name: 'PATCH room', may: ['owner'], ask: ({ room }, p) => p.patch(`/data-rooms/${room.id}`, { name: 'n' }) },
  { name: 'GET members', may: ['owner'], ask: ({ room }, p) => p.get(`/data-rooms/${room.id}/members`) },
  {
    name: 'PUT member',
    may: ['owner'],
    ask: ({ room, viewer }, p) => p.put(`/data-rooms/${room.id}/members/${viewer.id}`, { role: 'viewer' }),
  },
  {
    name: 'POST member',
    may: ['owner'],
    ask: ({ room, outsider }, p) => p.post(`/data-rooms/${room.id}/members`, { email: outsider.email, role: 'viewer' }),
  },
  {
    name: 'POST folder',
    may: ['owner', 'editor'],
    ask: ({ room }, p) => p.post(`/data-rooms/${room.id}/folders`, { name: `of ${p.id}` }),
  },
  {
    name: 'GET folders',
    may: ['owner', 'editor', 'viewer'],
    ask: ({ room }, p) => p.get(`/data-rooms/${room.id}/folders`),
  },
  {
    name: 'GET folders below',
    may: ['owner', 'editor', 'viewer'],
    ask: ({ room, folder }, p) => p.get(`/data-rooms/${room.id}/folders?parentId=${folder.id}`),
  },
  { name: 'GET folder', may: ['owner', 'editor', 'viewer'], ask: ({ folder }, p) => p.get(`/folders/${folder.id}`) },
  {
    name: 'GET contents',
    may: ['owner', 'editor', 'viewer'],
    ask: ({ folder }, p) => p.get(`/folders/${folder.id}/contents`),
  },
  { name: 'GET path', may: ['owner', 'editor', 'viewer'], ask: ({ folder }, p) => p.get(`/folders/${folder.id}/path`) },
  {
    name: 'PATCH folder',
    may: ['owner', 'editor'],
    ask: ({ folder }, p) => p.patch(`/folders/${folder.id}`, { name: 'renamed' }),
  },
  {
    name: 'POST file',
    may: ['owner', 'editor'],
    ask: ({ folder }, p) => p.upload(`/folders/${folder.id}/files`, 'a.txt', 'a'),
  },
  { name: 'GET file', may: ['owner', 'editor', 'viewer'], ask: ({ file }, p) => p.get(`/files/${file.id}`) },
  { name: 'GET content', may: ['owner', 'editor', 'viewer'], ask: ({ file }, p) => p.get(`/files/${file.id}/content`) },
  {
    name: 'PATCH file',
    may: ['owner', 'editor'],
    ask: ({ file }, p) => p.patch(`/files/${file.id}`, { name: 'b.txt' }),
  },
  { name: 'DELETE file', may: ['owner', 'editor'], ask: ({ file }, p) => p.delete(`/files/${file.id}`) },
  { name: 'DELETE folder', may: ['owner', 'editor'], ask: ({ folder }, p) => p.delete(`/folders/${folder.id}`) },
  {
    name: 'DELETE member',
    may: ['owner'],
    ask: ({ room, viewer }, p) => p.delete(`/data-rooms/${room.id}/members/${viewer.id}`),
  },
  { name: 'DELETE room', may: ['owner'], ask: ({ room }, p) => p.delete(`/data-rooms/${room.id}`) },
];

describe.each(databases)('permissions on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let people: Pick<Scene, 'owner' | 'editor' | 'viewer' | 'outsider'>;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    const [owner, editor, viewer, outsider] = await Promise.all([
      dataRoom.register('Olga'),
      dataRoom.register('Ed'),
      dataRoom.register('Vic'),
      dataRoom.register('Max'),
    ]);
    people = { owner, editor, viewer, outsider };
  });
  afterAll(() => dataRoom.stop());

  async function scene(): Promise<Scene> {
    const { owner, editor, viewer } = people;
    const room = await owner.room();
    const folder = await owner.folder(room.id, 'folder');
    const file = await owner.upload(`/folders/${folder.id}/files`, 'a.txt', 'a');
    await owner.put(`/data-rooms/${room.id}/members/${editor.id}`, { role: 'editor' });
    await owner.put(`/data-rooms/${room.id}/members/${viewer.id}`, { role: 'viewer' });
    return { room, folder, file: file.body, ...people };
  }

  it.each(routes)('$name answers each role as it should', async ({ may, ask }) => {
    for (const role of ['stranger', 'outsider', 'viewer', 'editor', 'owner'] as const) {
      const all = await scene();
      // What the owner has seen must not help others.
      for (const path of [`/data-rooms/${all.room.id}`, `/folders/${all.folder.id}`, `/files/${all.file.id}`]) {
        await all.owner.get(path);
      }

      const { status } = await ask(all, role === 'stranger' ? dataRoom.stranger : all[role]);

      expect({ role, answer: may.includes(role) ? status < 300 : status }).toEqual({ role, answer: refusal(role) });
    }

    function refusal(role: Role): number | true {
      if (may.includes(role)) return true;
      return { stranger: 401, outsider: 404, viewer: 403, editor: 403, owner: 403 }[role];
    }
  });

  it.each(routes.filter(({ may }) => may.includes('editor')))(
    '$name answers 404 to who was removed',
    async ({ ask }) => {
      const all = await scene();
      const { owner, editor, room } = all;
      await editor.get(`/data-rooms/${room.id}`);
      await editor.get(`/folders/${all.folder.id}`);
      await editor.get(`/files/${all.file.id}`);

      await owner.delete(`/data-rooms/${room.id}/members/${editor.id}`);

      expect((await ask(all, editor)).status).toBe(404);
      expect((await editor.get('/data-rooms?limit=200')).text).not.toContain(room.id);
    },
  );

  it('a new role counts from the next request on, both ways', async () => {
    const { owner, editor, room, folder } = await scene();
    const member = `/data-rooms/${room.id}/members/${editor.id}`;
    const write = () => editor.patch(`/folders/${folder.id}`, { name: 'by the editor' });
    const listed = async () =>
      (await editor.get('/data-rooms?limit=200')).body.items.find(({ id }) => id === room.id)?.role;
    expect([(await write()).status, await listed()]).toEqual([200, 'editor']);

    await owner.put(member, { role: 'viewer' });
    expect([(await write()).status, await listed()]).toEqual([403, 'viewer']);

    await owner.delete(member);
    expect([(await write()).status, await listed()]).toEqual([404, undefined]);

    await owner.put(member, { role: 'owner' });
    expect([(await write()).status, await listed()]).toEqual([200, 'owner']);
  });

  it('nobody who was removed gets in again by a read that was under way', async () => {
    const { owner, editor, room, folder, file } = await scene();
    const paths = [`/data-rooms/${room.id}`, `/folders/${folder.id}/contents`, `/files/${file.id}/content`];
    let isOver = false;
    const readers = [editor, editor, owner].map(async (person) => {
      while (!isOver) await Promise.all(paths.map((path) => person.get(path)));
    });

    for (let round = 0; round < 10; round++) {
      await owner.delete(`/data-rooms/${room.id}/members/${editor.id}`);
      expect(await Promise.all(paths.map(async (path) => (await editor.get(path)).status))).toEqual([404, 404, 404]);
      await owner.put(`/data-rooms/${room.id}/members/${editor.id}`, { role: 'viewer' });
      expect(await Promise.all(paths.map(async (path) => (await editor.get(path)).status))).toEqual([200, 200, 200]);
    }
    isOver = true;
    await Promise.all(readers);
  });

  it('the last owner can neither leave nor be demoted, not even by two owners at once', async () => {
    const { owner, editor, room } = await scene();
    const member = (person: Person) => `/data-rooms/${room.id}/members/${person.id}`;
    expect((await owner.delete(member(owner))).status).toBe(409);
    expect((await owner.put(member(owner), { role: 'editor' })).status).toBe(409);
    await owner.put(member(editor), { role: 'owner' });

    const both = await Promise.all([owner.delete(member(editor)), editor.delete(member(owner))]);

    const statuses = both.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.every((status) => [204, 404, 409].includes(status))).toBe(true);
  });

  it('only a registered user becomes a member, with a role that exists', async () => {
    const { owner, outsider, room } = await scene();

    expect((await owner.put(`/data-rooms/${room.id}/members/${room.id}`, { role: 'viewer' })).status).toBe(404);
    expect((await owner.put(`/data-rooms/${room.id}/members/${outsider.id}`, { role: 'king' })).status).toBe(400);
    expect((await owner.delete(`/data-rooms/${room.id}/members/${outsider.id}`)).status).toBe(404);
  });

  it('who is invited by email is a member at once, and no invitation changes a role', async () => {
    const { owner, editor, outsider, room } = await scene();
    const invite = async (email: string) => {
      const { status, body } = await owner.post(`/data-rooms/${room.id}/members`, { email, role: 'viewer' });
      return status === 201 ? body : status;
    };
    expect((await outsider.get(`/data-rooms/${room.id}`)).status).toBe(404);

    const member = await invite(outsider.email.toUpperCase());

    expect(member).toMatchObject({ userId: outsider.id, email: outsider.email, role: 'viewer' });
    expect((await outsider.get(`/data-rooms/${room.id}`)).body.role).toBe('viewer');
    expect(await Promise.all([outsider.email, editor.email, 'nobody@example.org', 'nobody'].map(invite))).toEqual([
      409, 409, 404, 400,
    ]);
    expect((await editor.get(`/data-rooms/${room.id}`)).body.role).toBe('editor');
  });

  it('a token of another application, an expired form of it, or none opens nothing', async () => {
    const { owner, room } = await scene();
    const [header, , signature] = owner.token.split('.');
    const forged = [header, Buffer.from(JSON.stringify({ sub: owner.id })).toString('base64url'), signature].join('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${owner.token.split('.')[1]}.`;

    for (const authorization of [
      `Bearer ${forged}`,
      `Bearer ${unsigned}`,
      'Bearer',
      'Basic x',
      `bearer x${owner.token}`,
    ]) {
      const answer = await dataRoom.stranger.send('GET', `/data-rooms/${room.id}`, { headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
    }
  });
});
