import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FileLedger } from '../../apps/data-room/src/files/file-ledger.js';
import { uploadLimit } from '../../apps/data-room/src/files/upload.js';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import type { Body, Person } from '../support/data-room-person.js';

describe.each(databases)('uploads on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let ann: Person;
  let folder: Body;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    ann = await dataRoom.register('Ann');
  });
  beforeEach(async () => {
    folder = await ann.folder((await ann.room()).id, 'folder');
  });
  afterAll(() => dataRoom.stop());

  const upload = (name: string, content: string | Uint8Array<ArrayBuffer>, type?: string) =>
    ann.upload(`/folders/${folder.id}/files`, name, content, type);

  it('a content comes back byte by byte, with its checksum', async () => {
    const content = new Uint8Array(randomBytes(3_000_000));
    const sha256 = createHash('sha256').update(content).digest('hex');

    const file = await upload('random.bin', content, 'application/x-random');
    const response = await fetch(`${dataRoom.address}/files/${file.body.id}/content`, {
      headers: { authorization: `Bearer ${ann.token}` },
    });

    expect(file.body).toMatchObject({ size: content.length, sha256, mimeType: 'application/x-random' });
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), content)).toBe(0);
    expect(response.headers.get('content-type')).toBe('application/x-random');
    expect(response.headers.get('content-length')).toBe(String(content.length));
    expect(response.headers.get('etag')).toBe(`"${sha256}"`);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('an empty file is a file', async () => {
    const file = await upload('empty', '');

    expect(file).toMatchObject({ status: 201, body: { size: 0 } });
    expect((await ann.get(`/files/${file.body.id}/content`)).text).toBe('');
  });

  it.each([
    'plain.txt',
    'grüße & "quotes".txt',
    '数据室 📁.pdf',
    '__proto__',
    '_function_x|()=>1',
    'a:b=c',
    "it's (50%) *done*.txt",
    '%41%0a.txt',
    'e\u0301.txt',
  ])('the name %s comes back exactly, in JSON and for a browser', async (name) => {
    const file = await upload(name, 'x');
    // A browser escapes quotes in a file name as %22; every client does the same with a line feed
    const expected = name.replaceAll('%0a', '\n');
    if (expected.includes('\n')) return expect(file.status).toBe(400);

    expect(file.body.name).toBe(name);
    expect((await ann.get(`/files/${file.body.id}`)).body.name).toBe(name);
    const disposition = (await ann.get(`/files/${file.body.id}/content`)).headers.get('content-disposition') ?? '';
    const [, encoded = ''] = /filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$/.exec(disposition) ?? [];
    expect(disposition).toMatch(/^attachment; filename="[ -~]+"; /);
    expect(decodeURIComponent(encoded)).toBe(name);
  });

  it('a page that somebody uploaded is only ever downloaded', async () => {
    const file = await upload('page.html', '<script>alert(1)</script>', 'text/html');
    const { headers } = await ann.get(`/files/${file.body.id}/content`);

    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('a media type that is none becomes application/octet-stream', async () => {
    const body =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: ../..;é\r\n\r\na\r\n--x--\r\n';
    const file = await ann.send('POST', `/folders/${folder.id}/files`, {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body,
    });

    expect(file.status).toBe(201);
    expect(file.body.mimeType).not.toContain('é');
    expect((await ann.get(`/files/${file.body.id}/content`)).status).toBe(200);
  });

  it('a file that is too large is refused and leaves nothing', async () => {
    const before = await dataRoom.storedContents();

    const answer = await upload('large', new Uint8Array(uploadLimit + 1));

    expect(answer.status).toBe(413);
    expect(await dataRoom.storedContents()).toEqual(before);
    expect((await ann.get(`/folders/${folder.id}/contents`)).body.items).toEqual([]);
  });

  it('an upload that breaks off leaves nothing', async () => {
    const before = await dataRoom.storedContents();
    const { hostname, port } = new URL(dataRoom.address);
    const broken = request({
      hostname,
      port,
      method: 'POST',
      path: `/folders/${folder.id}/files`,
      headers: {
        authorization: `Bearer ${ann.token}`,
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': 10_000_000,
      },
    });
    broken.on('error', () => {});
    broken.write('--x\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n');
    broken.write(Buffer.alloc(200_000));
    await until(async () => (await dataRoom.storedContents()).length > before.length);

    broken.destroy();

    await until(async () => (await dataRoom.storedContents()).length === before.length);
    expect((await ann.get(`/folders/${folder.id}/contents`)).body.items).toEqual([]);
  });

  it('what a killed process has half received goes at the next start, what is being received stays', async () => {
    const incoming = join(dataRoom.environment.storageDir, 'incoming');
    const [abandoned, current] = [join(incoming, 'abandoned'), join(incoming, 'current')];
    await Promise.all([writeFile(abandoned, 'half'), writeFile(current, 'half')]);
    await utimes(abandoned, new Date('2020-01-01'), new Date('2020-01-01'));

    await dataRoom.startAnother();

    expect(await readdir(incoming)).toEqual(['current']);
    await rm(current);
  });

  it('an upload whose row cannot be written leaves nothing', async () => {
    const before = await dataRoom.storedContents();
    const ledger = dataRoom.app.get(FileLedger, { strict: false });
    const add = ledger.add.bind(ledger);
    ledger.add = () => Promise.reject(new Error('the disk of the database is full'));

    const answer = await upload('a', 'a').finally(() => {
      ledger.add = add;
    });

    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('disk');
    expect(await dataRoom.storedContents()).toEqual(before);
  });

  it('who may not write here leaves nothing, however large the body', async () => {
    const bob = await dataRoom.register('Bob');
    const before = await dataRoom.storedContents();

    const answer = await bob.upload(`/folders/${folder.id}/files`, 'a', new Uint8Array(1_000_000));

    expect(answer.status).toBe(404);
    expect(await dataRoom.storedContents()).toEqual(before);
  });

  it.each([
    ['no file', (form: FormData) => form],
    ['a text field instead', (form: FormData) => (form.append('file', 'text'), form)],
    ['another field', (form: FormData) => (form.append('other', new Blob(['x']), 'x'), form)],
    [
      'two files',
      (form: FormData) => (form.append('file', new Blob(['x']), 'x'), form.append('file', new Blob(['y']), 'y'), form),
    ],
    ['a name with a control character', (form: FormData) => (form.append('file', new Blob(['x']), 'a\u0001b'), form)],
    ['a name that is too long', (form: FormData) => (form.append('file', new Blob(['x']), '😀'.repeat(10_000)), form)],
  ])('a form with %s is refused and leaves nothing', async (_what, fill) => {
    const before = await dataRoom.storedContents();

    const answer = await ann.send('POST', `/folders/${folder.id}/files`, { body: fill(new FormData()) });

    expect(answer.status).toBe(400);
    expect(await dataRoom.storedContents()).toEqual(before);
  });

  it('a deleted file is gone, its content too', async () => {
    const before = await dataRoom.storedContents();
    const file = await upload('a', 'a');
    await ann.get(`/files/${file.body.id}/content`);

    expect((await ann.delete(`/files/${file.body.id}`)).status).toBe(204);

    expect((await ann.get(`/files/${file.body.id}/content`)).status).toBe(404);
    expect((await ann.get(`/folders/${folder.id}/contents`)).body.items).toEqual([]);
    expect((await ann.get(`/data-rooms/${folder.dataRoomId}`)).body.usage).toEqual({ files: 0, bytes: 0 });
    expect(await dataRoom.storedContents()).toEqual(before);
  });

  it('a file moves to another folder of its data room, and to no other', async () => {
    const other = await ann.folder(folder.dataRoomId, 'other');
    const foreign = await ann.folder((await ann.room()).id, 'foreign');
    const file = await upload('a', 'a');
    const namesIn = async ({ id }: Body) =>
      (await ann.get(`/folders/${id}/contents`)).body.items.map(({ name }) => name);
    expect([await namesIn(folder), await namesIn(other)]).toEqual([['a'], []]);

    expect((await ann.patch(`/files/${file.body.id}`, { folderId: foreign.id })).status).toBe(400);
    expect((await ann.patch(`/files/${file.body.id}`, { folderId: other.id, name: 'b' })).status).toBe(200);

    expect([await namesIn(folder), await namesIn(other)]).toEqual([[], ['b']]);
    expect((await ann.get(`/files/${file.body.id}/content`)).text).toBe('a');
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt++) {
    if (await isSo()) return;
    await pause(20);
  }
  throw new Error('It did not become so within 5 s.');
}
