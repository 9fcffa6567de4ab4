import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import type { Answer, Body, Person } from '../support/data-room-person.js';

const json = { 'content-type': 'application/json' };

/** Names that some layer below has taken for something else: a prototype, a function, a key, a pattern, SQL, a path. */
const odd = [
  '__proto__',
  'constructor',
  '_function_x|()=>1',
  '_undefined_',
  '_date_2020-01-01T00:00:00.000Z',
  'a:b=c',
  'a:*',
  '%',
  "'; DROP TABLE folders; --",
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '{"$ne":null}',
  ' spaces ',
  'e\u0301',
  '\u202eevil',
  '😀'.repeat(255),
];

const refusedNames: [string, unknown][] = [
  ['missing', undefined],
  ['empty', ''],
  ['blank', '  \u3000 '],
  ['too long', 'x'.repeat(256)],
  ['10 000 emoji', '😀'.repeat(10_000)],
  ['with a NUL', 'a\0b'],
  ['with a line feed', 'a\nb'],
  ['half an emoji', '\ud83d'],
  ['a number', 1],
  ['null', null],
  ['an array', ['a']],
  ['an object', { toString: 'x' }],
];

describe.each(databases)('hostile input on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let ann: Person;
  let room: Body;
  let folder: Body;
  let file: Body;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    ann = await dataRoom.register('Ann');
    room = await ann.room();
    folder = await ann.folder(room.id, 'folder');
    file = (await ann.upload(`/folders/${folder.id}/files`, 'file', 'content')).body;
  });
  afterAll(() => dataRoom.stop());

  /** Every route that takes JSON, with a body that it accepts. */
  const writes = (): [string, string, object][] => [
    ['POST', '/auth/register', { email: `${Math.random()}@example.org`, name: 'N', password: 'long enough' }],
    ['POST', '/auth/login', { email: ann.email, password: 'whatever' }],
    ['POST', '/data-rooms', { name: 'N' }],
    ['PATCH', `/data-rooms/${room.id}`, { name: 'N' }],
    ['PUT', `/data-rooms/${room.id}/members/${ann.id}`, { role: 'owner' }],
    ['POST', `/data-rooms/${room.id}/folders`, { name: 'N' }],
    ['PATCH', `/folders/${folder.id}`, { name: 'N' }],
    ['PATCH', `/files/${file.id}`, { name: 'N' }],
  ];

  /** A 4xx with a sentence that tells nothing of the inside; anything else as it is. */
  function refusal({ status, text, body }: Answer): string {
    const sentence = [body?.message].flat().join(' ');
    const isClear = /\w+ \w+/.test(sentence) && !/SQL|QueryFailed|at .*\.[jt]s/.test(sentence);
    return status >= 400 && status < 500 && isClear ? 'a sentence' : `${status} ${text}`;
  }

  it.each(odd)('a room, a folder and a file named %j keep that name exactly', async (name) => {
    const named = await ann.post('/data-rooms', { name });
    const inside = await ann.post(`/data-rooms/${named.body.id}/folders`, { name });
    const renamed = await ann.patch(`/files/${file.id}`, { name });

    expect([named.body.name, inside.body.name, renamed.body.name]).toEqual([name, name, name]);
    for (let time = 0; time < 2; time++) {
      expect((await ann.get(`/data-rooms/${named.body.id}`)).body.name).toBe(name);
      expect((await ann.get(`/data-rooms/${named.body.id}/folders`)).body.items).toMatchObject([{ name }]);
      expect((await ann.get(`/folders/${inside.body.id}/path`)).body.items).toEqual([{ id: inside.body.id, name }]);
      expect((await ann.get(`/files/${file.id}`)).body.name).toBe(name);
    }
  });

  it.each(refusedNames)('a name that is %s is refused everywhere', async (_what, name) => {
    for (const [method, path, body] of writes().filter(([, , { name }]: [string, string, { name?: string }]) => name)) {
      // A rename may leave the name out
      if (name === undefined && method === 'PATCH' && !path.startsWith('/data-rooms')) continue;
      const answer = await ann.send(method, path, { headers: json, body: JSON.stringify({ ...body, name }) });
      expect([method, path, refusal(answer)]).toEqual([method, path, 'a sentence']);
      expect(String(answer.body.message)).toMatch(/^name: /);
    }
  });

  it.each([
    ['broken JSON', '{"name": "N'],
    ['an array', '[{"name":"N"}]'],
    ['a string', '"name"'],
    ['null', 'null'],
    ['a number', '7'],
    ['nothing', ''],
    ['deeply nested', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['too large', JSON.stringify({ name: 'x'.repeat(200_000) })],
    ['a prototype', '{"__proto__":{"name":"N","email":"a@b.cd","password":"long enough","role":"owner"}}'],
    ['an unknown property', '{"name":"N","email":"a@b.cd","password":"long enough","role":"owner","isAdmin":true}'],
  ])('a body that is %s is refused by every route', async (_what, body) => {
    for (const [method, path] of writes()) {
      const answer = await ann.send(method, path, { headers: json, body });
      expect([method, path, refusal(answer)]).toEqual([method, path, 'a sentence']);
    }
    expect(({} as Record<string, unknown>).name).toBeUndefined();
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('a body of type %s is refused by every route that wants JSON', async (type) => {
    for (const [method, path, body] of writes()) {
      const answer = await ann.send(method, path, { headers: { 'content-type': type }, body: JSON.stringify(body) });
      expect([method, path, refusal(answer)]).toEqual([method, path, 'a sentence']);
    }
  });

  it.each([
    ['another charset', { 'content-type': 'application/json; charset=klingon' }],
    ['an unknown encoding', { ...json, 'content-encoding': 'rot13' }],
    ['an encoding that it has not', { ...json, 'content-encoding': 'gzip' }],
  ])('a body with %s is refused', async (_what, headers) => {
    expect(refusal(await ann.send('POST', '/data-rooms', { headers, body: '{"name":"N"}' }))).toBe('a sentence');
  });

  it.each([
    '1',
    'nope',
    '%00',
    '..%2f..',
    "'%20OR%201=1",
    '%F0%9F%98%80',
    '00000000-0000-0000-0000-00000000000g',
    'x'.repeat(5000),
    '%E0%A4%A',
  ])('an id like %s is refused by every route', async (id) => {
    const paths: [string, string][] = [
      ['GET', `/data-rooms/${id}`],
      ['PATCH', `/data-rooms/${id}`],
      ['DELETE', `/data-rooms/${id}`],
      ['GET', `/data-rooms/${id}/members`],
      ['PUT', `/data-rooms/${id}/members/${ann.id}`],
      ['PUT', `/data-rooms/${room.id}/members/${id}`],
      ['DELETE', `/data-rooms/${room.id}/members/${id}`],
      ['POST', `/data-rooms/${id}/folders`],
      ['GET', `/data-rooms/${id}/folders`],
      ['GET', `/data-rooms/${room.id}/folders?parentId=${id}`],
      ['GET', `/folders/${id}`],
      ['PATCH', `/folders/${id}`],
      ['DELETE', `/folders/${id}`],
      ['GET', `/folders/${id}/contents`],
      ['GET', `/folders/${id}/path`],
      ['POST', `/folders/${id}/files`],
      ['GET', `/files/${id}`],
      ['PATCH', `/files/${id}`],
      ['DELETE', `/files/${id}`],
      ['GET', `/files/${id}/content`],
    ];
    for (const [method, path] of paths) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{"name":"N","role":"viewer"}';
      const answer = await ann.send(method, path, { ...(body && { headers: json, body }) });
      // A malformed escape in a query string is taken literally, and then is no id either.
      expect([method, path, refusal(answer)]).toEqual([method, path, 'a sentence']);
    }
  });

  it('an id that nobody has answers 404, in capitals too', async () => {
    const nobody = '00000000-0000-4000-8000-00000000ABCD';

    for (const path of [
      `/data-rooms/${nobody}`,
      `/folders/${nobody}`,
      `/folders/${nobody}/path`,
      `/files/${nobody}/content`,
    ]) {
      expect((await ann.get(path)).status).toBe(404);
    }
    expect((await ann.get(`/folders/${folder.id.toUpperCase()}`)).status).toBe(200);
  });

  it.each([
    ['no address', { email: 'ann' }],
    ['an address with a NUL', { email: 'a\0@example.org' }],
    ['an endless address', { email: `${'a'.repeat(300)}@example.org` }],
    ['a short password', { password: 'short' }],
    ['an endless password', { password: 'x'.repeat(100_000 - 200) }],
    ['a password that is a number', { password: 12_345_678 }],
  ])('registering with %s is refused', async (_what, change) => {
    const body = { email: 'someone@example.org', name: 'N', password: 'long enough', ...change };
    expect(refusal(await dataRoom.stranger.post('/auth/register', body))).toBe('a sentence');
  });

  it('what was there before is there afterwards', async () => {
    expect((await ann.get(`/folders/${folder.id}`)).status).toBe(200);
    expect((await ann.get(`/files/${file.id}/content`)).text).toBe('content');
    expect((await ann.get(`/data-rooms/${room.id}/members`)).body.items).toMatchObject([{ role: 'owner' }]);
  });
});
