import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import { password } from '../support/data-room-person.js';

describe.each(databases)('the data room on %s', (database) => {
  let dataRoom: DataRoomUnderTest;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
  });
  afterAll(() => dataRoom.stop());

  it('goes from registering to the contents of a folder, and the second GET of everything is a hit', async () => {
    const { email } = await dataRoom.register('Ann');
    const login = await dataRoom.stranger.post('/auth/login', { email: email.toUpperCase(), password });
    expect(login).toMatchObject({ status: 200, cache: 'bypass', body: { user: { email, name: 'Ann' } } });

    const ann = await dataRoom.register('Ann');
    const room = await ann.post('/data-rooms', { name: 'Deal' });
    expect(room).toMatchObject({ status: 201, cache: 'bypass', body: { name: 'Deal', role: 'owner' } });
    const folder = await ann.post(`/data-rooms/${room.body.id}/folders`, { name: 'Contracts' });
    expect(folder).toMatchObject({ status: 201, body: { name: 'Contracts', parentId: null } });
    const below = await ann.folder(room.body.id, 'Drafts', folder.body.id);
    const file = await ann.upload(`/folders/${folder.body.id}/files`, 'hello.txt', 'hello');
    expect(file).toMatchObject({ status: 201, body: { name: 'hello.txt', size: 5, mimeType: 'text/plain' } });

    for (const path of [
      '/data-rooms',
      `/data-rooms/${room.body.id}`,
      `/data-rooms/${room.body.id}/members`,
      `/data-rooms/${room.body.id}/folders`,
      `/data-rooms/${room.body.id}/folders?parentId=${folder.body.id}`,
      `/folders/${folder.body.id}`,
      `/folders/${folder.body.id}/contents`,
      `/folders/${below.id}/path`,
      `/files/${file.body.id}`,
      `/files/${file.body.id}/content`,
    ]) {
      const first = await ann.get(path);
      const second = await ann.get(path);

      expect({ path, status: second.status, cache: second.cache }).toEqual({ path, status: 200, cache: 'hit' });
      expect(second.text).toBe(first.text);
    }
  });

  it('shows a room with its usage, a folder with its contents, and the way down to a folder', async () => {
    const ann = await dataRoom.register('Ann');
    const room = await ann.room('Deal');
    const outer = await ann.folder(room.id, 'outer');
    const inner = await ann.folder(room.id, 'inner', outer.id);
    await ann.upload(`/folders/${outer.id}/files`, 'a.txt', 'four');
    await ann.upload(`/folders/${inner.id}/files`, 'b.txt', 'seven..');

    expect((await ann.get(`/data-rooms/${room.id}`)).body).toEqual({
      id: room.id,
      name: 'Deal',
      createdAt: expect.any(String),
      role: 'owner',
      usage: { files: 2, bytes: 11 },
    });
    expect((await ann.get(`/folders/${outer.id}/contents`)).body).toMatchObject({
      items: [
        { kind: 'folder', id: inner.id, name: 'inner', parentId: outer.id },
        { kind: 'file', name: 'a.txt', size: 4 },
      ],
      nextCursor: null,
    });
    expect((await ann.get(`/folders/${inner.id}/path`)).body.items).toEqual([
      { id: outer.id, name: 'outer' },
      { id: inner.id, name: 'inner' },
    ]);
  });

  it('never shows where a content lies, or a hash of a password', async () => {
    const ann = await dataRoom.register('Ann');
    const room = await ann.room();
    const folder = await ann.folder(room.id, 'f');
    const file = await ann.upload(`/folders/${folder.id}/files`, 'a', 'a');

    for (const path of [`/files/${file.body.id}`, `/folders/${folder.id}/contents`, `/data-rooms/${room.id}/members`]) {
      expect((await ann.get(path)).text).not.toMatch(/storageKey|passwordHash/);
      expect((await ann.get(path)).text).not.toMatch(/storageKey|passwordHash/);
    }
  });

  it('refuses the wrong password, an unknown email and an email that is taken', async () => {
    const { email } = await dataRoom.register('Ann');
    const { stranger } = dataRoom;

    const wrong = await stranger.post('/auth/login', { email, password: 'wrong' });
    const unknown = await stranger.post('/auth/login', { email: 'nobody@example.org', password });
    const taken = await stranger.post('/auth/register', { email: email.toUpperCase(), name: 'Bob', password });

    expect([wrong.status, unknown.status, taken.status]).toEqual([401, 401, 409]);
    expect(wrong.text).toBe(unknown.text);
  });

  it('is healthy and describes its API, requests and responses included', async () => {
    const health = await dataRoom.stranger.get('/health');
    const docs = await dataRoom.stranger.get('/docs');
    const description = (await dataRoom.stranger.get('/docs-json')).body as unknown as {
      paths: Record<
        string,
        Record<string, { requestBody?: unknown; responses: Record<string, { content?: unknown }> }>
      >;
    };

    expect(health).toMatchObject({ status: 200, body: { status: 'ok', database: 'up' } });
    expect(docs.status).toBe(200);
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(operations)) {
        const success = Object.entries(responses).find(([status]) => status.startsWith('2'));
        expect({ path, method, described: success?.[0] === '204' || success?.[1].content !== undefined }).toEqual({
          path,
          method,
          described: true,
        });
        expect({ path, method, body: requestBody !== undefined }).toEqual({
          path,
          method,
          body: ['post', 'put', 'patch'].includes(method),
        });
      }
    }
  });
});

describe('a data room whose database goes away', () => {
  it('says that it is unhealthy, fails what needs the database, and answers what it has read before', async () => {
    const dataRoom = await DataRoomUnderTest.start('PostgreSQL');
    try {
      const ann = await dataRoom.register('Ann');
      const room = await ann.room();
      await ann.get(`/data-rooms/${room.id}/folders`);

      await dataRoom.loseDatabase();

      expect(await ann.get('/health')).toMatchObject({ status: 503, body: { status: 'error', database: 'down' } });
      expect(await ann.get(`/data-rooms/${room.id}/folders`)).toMatchObject({ status: 200, cache: 'hit' });
      expect(await ann.get(`/data-rooms/${room.id}/members`)).toMatchObject({ status: 500 });
      expect((await ann.post('/data-rooms', { name: 'n' })).status).toBe(500);
    } finally {
      await dataRoom.stop();
    }
  });
});
