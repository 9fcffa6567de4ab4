// Several processes, started at once on a database that is empty. Each keeps its cache for itself as yet, so it is off.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import { Person, statusesOf, type Body } from '../support/data-room-person.js';
import { DataRoomProcess, removeFolder, temporaryFolder } from '../support/data-room-process.js';

// Three starts at once, each of which compiles everything anew.
jest.setTimeout(120_000);

describe.each(databases)('three processes on %s', (database) => {
  let folder: string;
  let processes: DataRoomProcess[];
  let people: Person[];
  let room: Body;
  let releaseDatabase: () => Promise<void>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const shared = await DataRoomUnderTest.emptyDatabase(database);
    releaseDatabase = shared.remove;
    const variables = { CACHE_ENABLED: 'false', ...(shared.url && { DATABASE_URL: shared.url }) };
    processes = Array.from({ length: 3 }, () => DataRoomProcess.start(folder, variables));
    const addresses = await Promise.all(processes.map((one) => one.address()));
    const ann = await Person.register(addresses[0] ?? '', 'Ann');
    people = addresses.map((address) => ann.at(address));
    room = await ann.room();
  });
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await releaseDatabase();
    await removeFolder(folder);
  });

  it('lose no row when all of them write at once', async () => {
    const writes = people.flatMap((ann, number) =>
      Array.from({ length: 40 }, (_, count) =>
        ann.post(`/data-rooms/${room.id}/folders`, { name: `${number}-${count}` }),
      ),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);

    expect(new Set(statuses)).toEqual(new Set([201]));
    for (const ann of people) {
      expect((await ann.get(`/data-rooms/${room.id}/folders?limit=200`)).body.items).toHaveLength(120);
    }
  });

  it('give a name away once, and never make a cycle', async () => {
    const [first, second, third] = people as [Person, Person, Person];
    for (let round = 0; round < 5; round++) {
      const name = `round ${round}`;
      const created = await Promise.all(people.map((ann) => ann.post(`/data-rooms/${room.id}/folders`, { name })));
      expect(statusesOf(created)).toEqual([201, 409, 409]);

      const [a, b, c] = await Promise.all(people.map((ann, number) => ann.folder(room.id, `${name} ${number}`)));
      const moves = await Promise.all([
        first.patch(`/folders/${a?.id}`, { parentId: b?.id }),
        second.patch(`/folders/${b?.id}`, { parentId: c?.id }),
        third.patch(`/folders/${c?.id}`, { parentId: a?.id }),
      ]);
      expect(statusesOf(moves)).toEqual([200, 200, 409]);
    }
  });

  it('serve the contents that another one has stored', async () => {
    const [first, second, third] = people as [Person, Person, Person];
    const folder = await first.folder(room.id, 'shared');
    const file = await second.upload(`/folders/${folder.id}/files`, 'a', 'stored by the second');

    expect((await third.get(`/files/${file.body.id}/content`)).text).toBe('stored by the second');
    expect((await first.delete(`/files/${file.body.id}`)).status).toBe(204);
    expect((await second.get(`/files/${file.body.id}/content`)).status).toBe(404);
  });
});
