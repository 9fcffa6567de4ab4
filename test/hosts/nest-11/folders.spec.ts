import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { Cache } from '@data-room/cache';
import { Folder, FolderService, HostModule, NoteService } from './folders';

jest.setTimeout(30_000);

/** Two processes of one application, as far as the cache can tell. */
const apps: INestApplication[] = [];

async function start(): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [HostModule] }).compile();
  const app = module.createNestApplication();
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  for (let tries = 0; !app.get(Cache).statistics().inStep && tries < 500; tries++) await pause(10);
  return app;
}

/** Behind the answer, in Redis. */
async function arrived(key: string): Promise<void> {
  const redis = new Redis(process.env.REDIS_URL ?? '');
  for (let tries = 0; !(await redis.exists(key)) && tries < 500; tries++) await pause(10);
  redis.disconnect();
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let one: INestApplication;
let other: INestApplication;
let parent: Folder;
let child: Folder;

beforeAll(async () => {
  one = await start();
  other = await start();
  const folders = one.get(DataSource).getRepository(Folder);
  parent = await folders.save({ name: 'parent' });
  child = await folders.save({ name: 'child', parent });
});
afterAll(() => Promise.all(apps.map((app) => app.close())));

const namesIn = async (app: INestApplication) =>
  (await app.get(FolderService).within(parent.id)).map(({ name }) => name);

test('what one has loaded the other has from Redis, with its class', async () => {
  await namesIn(one);
  await namesIn(one);
  expect(one.get(FolderService).loads).toBe(1);
  await arrived(`${process.env.CACHE_PREFIX}:FolderService.within:${parent.id}`);

  const [folder] = await other.get(FolderService).within(parent.id);

  expect(folder).toBeInstanceOf(Folder);
  expect(other.get(FolderService).loads).toBe(0);
});

test('a commit is seen by the other at once, a rollback by nobody', async () => {
  const { manager } = one.get(DataSource);
  await manager.transaction((within) => within.save(Folder, { ...child, name: 'renamed' }));
  expect(await namesIn(other)).toEqual(['renamed']);

  const failing = manager.transaction(async (within) => {
    await within.save(Folder, { ...child, name: 'never' });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');

  expect(await namesIn(other)).toEqual(['renamed']);
  expect(await namesIn(one)).toEqual(['renamed']);
});

test('rows of several ids come in the order of the ids', async () => {
  const rows = await other.get(FolderService).byIds([child.id, parent.id]);

  expect(rows.map(({ name }) => name)).toEqual(['renamed', 'parent']);
});

test('a handler that invalidates, the cache-manager face, and the console answer over HTTP', async () => {
  const url = await one.getUrl();
  const { notes } = one.get(NoteService);
  notes.set('1', 'before');
  expect(await one.get(NoteService).note('1')).toBe('before');

  const put = await fetch(`${url}/notes/1`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text: 'after' }),
  });
  expect(put.status).toBe(200);
  expect(await one.get(NoteService).note('1')).toBe('after');

  for (let turn = 0; turn < 2; turn++) expect(await (await fetch(`${url}/rates`)).text()).toBe('1');
  expect((await fetch(`${url}/cache`)).status).toBe(200);
  const status = (await (await fetch(`${url}/cache/status`)).json()) as { instances: unknown[] };
  expect(status.instances).toHaveLength(2);
});

test('without Nest a decorated method just runs', async () => {
  const service = new NoteService();
  service.notes.set('1', 'plain');

  expect(await service.note('1')).toBe('plain');
});
