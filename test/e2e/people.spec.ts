// The names in lists of members are entries of their own: one room's list helps to make the next one's.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cache } from '@data-room/cache';
import { databases, DataRoomUnderTest } from '../support/data-room.js';

describe.each(databases)('lists of members on %s', (database) => {
  let dataRoom: DataRoomUnderTest;

  beforeAll(async () => void (dataRoom = await DataRoomUnderTest.start(database)));
  afterAll(() => dataRoom.stop());

  it('ask for those people only whom no list has named yet', async () => {
    const [ann, bob, cy] = await Promise.all(['Ann', 'Bob', 'Cy'].map((name) => dataRoom.register(name)));
    const [one, other] = [await ann!.room('one'), await ann!.room('other')];
    await ann!.put(`/data-rooms/${one.id}/members/${bob!.id}`, { role: 'viewer' });
    for (const { id } of [bob!, cy!]) await ann!.put(`/data-rooms/${other.id}/members/${id}`, { role: 'editor' });
    const profiles = () =>
      dataRoom.app
        .get(Cache)
        .statistics()
        .methods.find(({ name }) => name === 'UserService.profiles')!;

    const list = async (id: string) => {
      const { body } = await ann!.get(`/data-rooms/${id}/members`);
      return body.items.map(({ name }) => name);
    };
    expect(await list(one.id)).toEqual(['Ann', 'Bob']);
    expect(profiles()).toMatchObject({ hits: 0, misses: { cold: 2 } });
    expect(await list(other.id)).toEqual(['Ann', 'Bob', 'Cy']);
    expect(profiles()).toMatchObject({ hits: 2, misses: { cold: 3 } });
  });
});
