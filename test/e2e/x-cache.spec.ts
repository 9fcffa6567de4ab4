import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import type { Body, Person } from '../support/data-room-person.js';

describe.each(databases)('X-Cache on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let ann: Person;
  let room: Body;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    ann = await dataRoom.register('Ann');
    room = await ann.room();
  });
  afterAll(() => dataRoom.stop());

  it('says miss, then hit, then miss again after a write that matters', async () => {
    const folder = await ann.folder(room.id, 'folder');
    const contents = () => ann.get(`/folders/${folder.id}/contents`);
    expect([(await contents()).cache, (await contents()).cache, (await contents()).cache]).toEqual([
      'miss',
      'hit',
      'hit',
    ]);

    expect((await ann.upload(`/folders/${folder.id}/files`, 'a', 'a')).cache).toBe('bypass');

    expect([(await contents()).cache, (await contents()).cache]).toEqual(['miss', 'hit']);
  });

  it('is on errors of every kind', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    await ann.get('/data-rooms');
    const answers = [
      await dataRoom.stranger.get('/data-rooms'),
      await dataRoom.stranger.get('/nowhere'),
      await ann.get('/folders/nope'),
      await ann.get('/folders/%E0%A4%A'),
      await ann.get('/data-rooms?limit=0'),
      await ann.get(`/folders/${nobody}`),
      await ann.get(`/folders/${nobody}`),
      await ann.send('POST', '/data-rooms', { headers: { 'content-type': 'application/json' }, body: '{' }),
      await ann.send('POST', '/data-rooms', { headers: { 'content-type': 'text/plain' }, body: 'x' }),
      await ann.post('/data-rooms', { name: 'x'.repeat(200_000) }),
    ];

    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [401, 'hit'],
      [404, 'hit'],
      [400, 'hit'],
      [400, 'hit'],
      [400, 'hit'],
      [404, 'miss'],
      [404, 'hit'],
      [400, 'bypass'],
      [415, 'bypass'],
      [413, 'bypass'],
    ]);
  });

  it('says miss for /health, which asks the database each time, and hit for /docs, which never does', async () => {
    expect([(await ann.get('/health')).cache, (await ann.get('/health')).cache]).toEqual(['miss', 'miss']);
    expect((await ann.get('/docs')).cache).toBe('hit');
  });

  it('says bypass for HEAD and OPTIONS', async () => {
    expect((await ann.send('HEAD', '/data-rooms')).cache).toBe('bypass');
    expect((await ann.send('OPTIONS', '/data-rooms')).cache).toBe('bypass');
  });

  it('says bypass for everything with CACHE_ENABLED=false', async () => {
    const person = ann.at(await dataRoom.startAnother({ cacheEnabled: false }));

    for (const path of ['/data-rooms', '/data-rooms', '/nowhere', '/docs']) {
      expect((await person.get(path)).cache).toBe('bypass');
    }
  });
});

describe('throttling', () => {
  it('refuses a client after THROTTLE_LIMIT requests a minute, and says when to come back', async () => {
    const dataRoom = await DataRoomUnderTest.start('the embedded database', { throttleLimit: 5 });
    try {
      const ann = await dataRoom.register('Ann');
      const statuses = [];
      for (let request = 0; request < 5; request++) statuses.push((await ann.get('/data-rooms')).status);
      const refused = await ann.get('/data-rooms?limit=1');

      expect(statuses).toEqual([200, 200, 200, 200, 429]);
      expect(refused).toMatchObject({ status: 429, cache: 'hit' });
      expect(refused.body.message).toMatch(/^At most 5 requests a minute\. Try again in \d+ seconds\.$/);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await dataRoom.stranger.get('/health')).status).toBe(200);
    } finally {
      await dataRoom.stop();
    }
  });
});
