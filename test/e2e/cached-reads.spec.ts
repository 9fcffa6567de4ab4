// Two applications on one database: one with the cache, one without, which is the truth. After each write through the first
// both are asked half of all there is, so that a read which lacks a tag is found by the write that it misses.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases, DataRoomUnderTest } from '../support/data-room.js';
import type { Answer, Person } from '../support/data-room-person.js';
import { Dice } from '../support/data-room-dice.js';

const rounds = 50;

interface Known {
  readonly rooms: string[];
  readonly folders: { readonly id: string; readonly room: string }[];
  readonly files: { readonly id: string; readonly room: string }[];
}

describe.each(databases)('what the cache answers on %s', (database) => {
  let dataRoom: DataRoomUnderTest;
  let uncached: string;

  beforeAll(async () => {
    dataRoom = await DataRoomUnderTest.start(database);
    uncached = await dataRoom.startAnother({ cacheEnabled: false });
  });
  afterAll(() => dataRoom.stop());

  it.each([1, 2])('is what the database says, after every kind of write (seed %i)', async (seed) => {
    const dice = new Dice(seed);
    const people = await Promise.all(['Ann', 'Bob', 'Cy'].map((name) => dataRoom.register(name)));
    const known: Known = { rooms: [], folders: [], files: [] };
    let hits = 0;

    for (let round = 0; round < rounds; round++) {
      const write = await writeSomething(dice, people, known);
      const reads = everyRead(known).filter(() => dice.below(2) === 0);

      for (const path of reads) {
        const person = someone(dice, people);
        const cached = await person.get(path);
        const truth = await person.at(uncached).get(path);
        if (cached.cache === 'hit') hits++;
        expect({ seed, round, write, path, ...seen(cached) }).toEqual({ seed, round, write, path, ...seen(truth) });
        expect(truth.cache).toBe('bypass');
      }
    }
    expect(hits).toBeGreaterThan(rounds);
  });
});

const seen = ({ status, text }: Answer) => ({ status, text });

function everyRead({ rooms, folders, files }: Known): string[] {
  return [
    '/data-rooms',
    '/data-rooms?limit=1',
    ...rooms.flatMap((id) => [`/data-rooms/${id}`, `/data-rooms/${id}/members`, `/data-rooms/${id}/folders`]),
    ...folders.flatMap(({ id, room }) => [
      `/folders/${id}`,
      `/folders/${id}/contents`,
      `/folders/${id}/path`,
      `/data-rooms/${room}/folders?parentId=${id}&limit=2`,
    ]),
    ...files.flatMap(({ id }) => [`/files/${id}`, `/files/${id}/content`]),
  ];
}

/** A write of any kind by anybody, allowed or not; answers with what it was. */
async function writeSomething(dice: Dice, people: readonly Person[], known: Known): Promise<string> {
  const person = someone(dice, people);
  const name = `name ${dice.below(6)}`;
  if (known.rooms.length < 2) {
    known.rooms.push((await person.room(name)).id);
    return 'POST room';
  }

  const folder = dice.pick(known.folders);
  const room = folder && dice.below(3) > 0 ? folder.room : dice.pick(known.rooms);
  const parent = dice.pick(known.folders.filter((one) => one.room === room));
  const parentId = dice.below(3) === 0 ? null : (parent?.id ?? null);
  const file = dice.pick(known.files);
  const other = dice.pick(people);
  const writes: [string, () => Promise<Answer>][] = [
    ['PATCH room', () => person.patch(`/data-rooms/${room}`, { name })],
    ['PUT member', () => person.put(`/data-rooms/${room}/members/${other.id}`, { role: dice.pick(roles) })],
    ['PUT member', () => person.put(`/data-rooms/${room}/members/${other.id}`, { role: dice.pick(roles) })],
    ['DELETE member', () => person.delete(`/data-rooms/${room}/members/${other.id}`)],
    ['POST folder', () => person.post(`/data-rooms/${room}/folders`, { name, parentId })],
    ['POST folder', () => person.post(`/data-rooms/${room}/folders`, { name, parentId: null })],
    ['PATCH folder name', () => person.patch(`/folders/${folder?.id}`, { name })],
    ['PATCH folder parent', () => person.patch(`/folders/${folder?.id}`, { parentId })],
    ['POST file', () => person.upload(`/folders/${folder?.id}/files`, name, name)],
    ['POST file', () => person.upload(`/folders/${folder?.id}/files`, name, name)],
    ['PATCH file', () => person.patch(`/files/${file?.id}`, { name })],
    ['PATCH file folder', () => person.patch(`/files/${file?.id}`, { folderId: folder?.id })],
    ['DELETE file', () => person.delete(`/files/${file?.id}`)],
  ];
  if (dice.below(8) === 0) writes.push(['DELETE folder', () => person.delete(`/folders/${folder?.id}`)]);
  if (dice.below(30) === 0) writes.push(['DELETE room', () => person.delete(`/data-rooms/${room}`)]);

  const [what, write] = dice.pick(writes);
  const { status, body } = await write();
  if (status === 201 && what === 'POST folder') known.folders.push({ id: body.id, room });
  if (status === 201 && what === 'POST file') known.files.push({ id: body.id, room: body.dataRoomId });
  return `${what} ${status}`;
}

/** Mostly the first, who owns the first rooms: so that most writes are done and most reads show something. */
const someone = (dice: Dice, people: readonly Person[]): Person =>
  (dice.below(3) > 0 && people[0]) || dice.pick(people);

const roles = ['viewer', 'editor', 'editor', 'owner'];
