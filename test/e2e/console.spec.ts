// The console of the data room: who is an administrator, and that nobody else learns anything.
import { afterEach, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';

let dataRoom: DataRoomUnderTest;
afterEach(() => dataRoom.stop());

describe.each(databases)('the console on %s', (database) => {
  it('is for whoever registered first, and its page for everybody', async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    const first = await dataRoom.register('Ann');
    const second = await dataRoom.register('Ben');

    const answers = await Promise.all([dataRoom.stranger, second, first].map((person) => person.get('/cache/status')));

    expect(answers.map(({ status }) => status)).toEqual([401, 403, 200]);
    expect(answers[1]!.body.message).toContain('This is for administrators');
    const page = await dataRoom.stranger.get('/cache');
    expect(page).toMatchObject({ status: 200 });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    // The browser shows nothing else: no inline script, no other host.
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('shows what stands there, says why, and invalidates it', async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    const ann = await dataRoom.register('Ann');
    const { id } = await ann.room();
    const path = `/data-rooms/${id}/folders`;
    await ann.get(path);
    expect((await ann.get(path)).cache).toBe('hit');

    const tag = encodeURIComponent(`scope:dataroom=${id}`);
    const entries = await ann.get(`/cache/entries?tag=${tag}`);
    const shown = JSON.parse(entries.text) as { entries: { key: string }[] };
    const { key } = shown.entries.find((entry) => entry.key.includes(':FolderListing.folders'))!;
    expect((await ann.get(`/cache/explain?key=${encodeURIComponent(key)}`)).text).toContain('It stands');
    const dry = await ann.get(`/cache/dry-run?tag=${tag}`);
    expect(JSON.parse(dry.text)).toMatchObject({ entries: shown.entries.length });

    expect((await ann.post('/cache/invalidate', { tags: [`scope:dataroom=${id}`] })).status).toBe(200);
    expect((await ann.get(`/cache/explain?key=${encodeURIComponent(key)}`)).text).toContain('Dead since position');
    expect((await ann.get(path)).cache).toBe('miss');
    expect((await ann.post('/cache/invalidate', { tag: 'x' })).status).toBe(400);
  });

  it('is for those whom ADMINISTRATORS names, however they write themselves, and for nobody else', async () => {
    dataRoom = await DataRoomUnderTest.start(database, { administrators: ['ann@example.org'] });
    const first = await dataRoom.register('Ben');
    const password = 'correct horse battery staple';
    const registered = await dataRoom.stranger.post('/auth/register', {
      email: 'Ann@Example.org',
      name: 'Ann',
      password,
    });
    const headers = { authorization: `Bearer ${registered.body.accessToken}` };

    expect((await first.get('/cache/status')).status).toBe(403);
    expect((await dataRoom.stranger.send('GET', '/cache/status', { headers })).status).toBe(200);
  });
});
