// What the data room has loaded before anybody asks for it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Cache } from '@data-room/cache';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import { Person } from '../support/data-room-person.js';

describe.each(databases)('a data room that is started again, on %s', (database) => {
  let dataRoom: DataRoomUnderTest;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
  });

  afterAll(() => dataRoom.stop());

  it('knows its rooms, without a read of any; and a room that is renamed meanwhile by its new name', async () => {
    const ann = await dataRoom.register('Ann');
    const rooms = [await ann.room('One'), await ann.room('Two')];

    const { token: accessToken, id, email } = ann;
    const session = { accessToken, user: { id, email, name: 'Ann' } };
    const again = new Person(await dataRoom.startAnother(), session);
    const find = () =>
      dataRoom.last
        .get(Cache)
        .statistics()
        .methods.find(({ name }) => name === 'DataRoomService.find');
    for (let tries = 0; find()?.warmed !== 2 && tries < 300; tries++) await pause(10);
    expect(find()).toMatchObject({ warmed: 2, hits: 0, misses: { cold: 0 } });

    await again.patch(`/data-rooms/${rooms[0]!.id}`, { name: 'Uno' });
    const names = [];
    for (const room of rooms) names.push((await again.get(`/data-rooms/${room.id}`)).body.name);
    expect(names).toEqual(['Uno', 'Two']);
    expect(find()!.hits).toBeGreaterThan(0);
  });
});
