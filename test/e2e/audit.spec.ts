// A bug planted in the data room, found by the audit: rows are changed behind the back of the data source that is followed.
import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { FolderService } from '../../apps/data-room/src/folders/folder.service.js';
import { DataRoomUnderTest } from '../support/data-room.js';
import type { Body, Person } from '../support/data-room-person.js';

let dataRoom: DataRoomUnderTest;

async function start(auditRate: number) {
  process.env.CACHE_AUDIT_RATE = String(auditRate);
  try {
    dataRoom = await DataRoomUnderTest.start('PostgreSQL');
  } finally {
    delete process.env.CACHE_AUDIT_RATE;
  }
  const ann = await dataRoom.register('Ann');
  const room = await ann.room();
  const folders = [];
  for (const name of ['one', 'two', 'three']) folders.push(await ann.folder(room.id, name));
  const { insight } = dataRoom.app.get<Runtime>(RUNTIME, { strict: false });
  return { ann, room, folders, insight };
}

/** What a page asks for, over and over. */
async function look(ann: Person, room: Body, folders: readonly Body[]): Promise<void> {
  await ann.get(`/data-rooms/${room.id}/folders`);
  for (const { id } of folders) {
    await ann.get(`/folders/${id}`);
    await ann.get(`/folders/${id}/contents`);
    await ann.get(`/folders/${id}/path`);
  }
}

async function lookFor(ms: number, ...args: Parameters<typeof look>): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until;) await look(...args);
}

/** A rename on a connection of its own, as a maintenance script would do it, or a service that has not been told of the cache. */
async function renameSilently(id: string, name: string): Promise<void> {
  const client = new Client({ connectionString: dataRoom.environment.databaseUrl });
  await client.connect();
  try {
    await client.query('UPDATE folders SET name = $1 WHERE id = $2', [name, id]);
  } finally {
    await client.end();
  }
}

afterEach(() => dataRoom.stop());

describe('the audit', () => {
  it('finds a service that writes without a word, with the evidence, and the truth is told again', async () => {
    const { ann, room, folders, insight } = await start(0.2);
    // The planted bug: this build renames past its data source.
    const service = dataRoom.app.get(FolderService, { strict: false });
    service.change = async (id, { name }) => {
      await renameSilently(id, name!);
      return (await service.find(room.id, id))!;
    };
    await look(ann, room, folders);
    const [folder] = folders as [Body];

    expect((await ann.patch(`/folders/${folder.id}`, { name: 'renamed' })).status).toBe(200);
    expect((await ann.get(`/folders/${folder.id}`)).body.name).toBe('one');
    await lookFor(5_000, ann, room, folders);

    const found = insight.differences.find(({ name }) => name === 'FolderService.find');
    expect(found).toMatchObject({
      path: 'result.name',
      what: "result.name: 'one' kept, 'renamed' in the source",
      tags: expect.arrayContaining([`folder:${folder.id}`]),
    });
    expect(found!.key).toContain(folder.id);
    expect(found!.at).toBeGreaterThan(found!.loadedAt);
    expect((await ann.get(`/folders/${folder.id}`)).body.name).toBe('renamed');
    const named = insight.differences.map(({ what }) => what).join();
    expect(named).not.toMatch(/'two'|'three'/);
  });

  it('finds nothing where every write is told', async () => {
    const { ann, room, folders, insight } = await start(1);

    const looking = lookFor(6_000, ann, room, folders);
    for (let round = 0; round < 30; round++) {
      const folder = folders[round % folders.length]!;
      await ann.patch(`/folders/${folder.id}`, { name: `${folder.name} ${round}` });
      if (round % 3 === 0) await ann.upload(`/folders/${folder.id}/files`, `file ${round}`, 'some text');
      await pause(150);
    }
    await looking;
    await pause(2_500);

    const audits = [...insight.counts.methods].reduce((sum, method) => sum + method.audits, 0);
    expect(insight.differences).toEqual([]);
    expect(insight.advice).toEqual([]);
    expect(audits).toBeGreaterThan(50);
  });
});
