// Every example in the README is one of the files beside this, letter by letter, and each of them is run here.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cache, CacheModule } from '@data-room/cache';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import '../support/redis-url.js';
import { createDatabase } from '../support/scratch-database.js';

const here = import.meta.dirname;
const readme = readFileSync(join(here, '../../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

describe('the README', () => {
  it('shows exactly the examples that are run', () => {
    const examples = readdirSync(here).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));

    expect(new Set(blocks)).toEqual(new Set(examples.map((file) => readFileSync(join(here, file), 'utf8'))));
  });
});

describe('its examples', () => {
  let app: INestApplicationContext;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createDatabase();
    drop = database.drop;
    process.env.DATABASE_URL = database.url;
  });

  afterAll(async () => {
    await app?.close();
    await drop();
  });

  it('first screen: a listing comes from memory, and knows of a new folder in it', async () => {
    const { AppModule, Folder, FolderService } = await import('./first-screen.js');
    app = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await (app as unknown as { init(): Promise<void> }).init();
    const folders = app.get(FolderService);
    const repository = app.get(DataSource).getRepository(Folder);
    let queries = 0;
    const driver = app.get(DataSource).driver as unknown as {
      master: { on(event: 'acquire', call: () => void): void };
    };
    driver.master.on('acquire', () => queries++);
    const root = await repository.save({ name: 'root' });
    expect(await folders.within(root.id)).toEqual([]);
    const before = queries;

    expect(await folders.within(root.id)).toEqual([]);
    expect(queries).toBe(before);
    await repository.save({ name: 'child', parent: root });

    expect((await folders.within(root.id)).map(({ name }) => name)).toEqual(['child']);
  });

  it('explicit: links are kept until they expire, and a new one is seen at once', async () => {
    const { LinkService } = await import('./explicit.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [LinkService],
    }).compile();
    await module.init();
    const links = module.get(LinkService);
    expect([await links.find('t'), await links.find('t'), await links.countOf('f')]).toEqual([null, null, 0]);
    expect(links.asked).toBe(2);

    await links.create({ token: 't', folderId: 'f', expiresAt: Date.now() + 60_000 });

    expect([(await links.find('t'))?.folderId, (await links.find('t'))?.folderId]).toEqual(['f', 'f']);
    expect(await links.countOf('f')).toBe(1);
    expect(links.asked).toBe(4);
    await module.close();
  });

  it('entity: an entity touches the tags that were declared for it', async () => {
    const { Contract } = await import('./entity.js');
    const database = {
      type: 'postgres' as const,
      url: process.env.DATABASE_URL,
      entities: [Contract],
      synchronize: true,
    };
    const module = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot(database), CacheModule.forRoot()],
    }).compile();
    await module.init();
    const cache = module.get(Cache);
    const tags = ['deal:1', 'type:deal', 'owner:3', 'deal:2', 'owner:4'];
    for (const tag of tags) await cache.set(tag, true, { tags: [tag] });

    await module.get(DataSource).getRepository(Contract).save({ ownerId: 3 });

    expect(await cache.getMany(tags)).toEqual([undefined, undefined, undefined, true, true]);
    await module.close();
  });

  it('scope: what is of a room is shared in it, what is of a user is his, and nothing is kept of nobody', async () => {
    const { DeskModule, DeskService } = await import('./scope.js');
    const module = await Test.createTestingModule({ imports: [DeskModule] }).compile();
    await module.init();
    const [desks, cache] = [module.get(DeskService), module.get(Cache)];
    const asAnn = <T>(work: () => T) => cache.within({ user: 'ann' }, work);

    expect([await asAnn(() => desks.files(7)), await desks.files(7)]).toEqual([['index of 7'], ['index of 7']]);
    expect(await cache.get('dataroom:DeskService.files:@room=7:7')).toEqual(['index of 7']);
    expect(desks.asked).toBe(1);
    for (const name of ['ann', 'ann', 'bob'])
      expect(await cache.within({ user: name }, () => desks.hasSeen(7, name))).toBe(name === 'ann');
    expect(desks.asked).toBe(3);
    await expect(desks.hasSeen(7, 'ann')).rejects.toThrow('CACHE_SCOPE_UNKNOWN');
    expect(await desks.languages()).toEqual(['de', 'en']);
    await module.close();
  });

  it('cacheable: prices with private fields are kept', async () => {
    const { PriceService } = await import('./cacheable.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [PriceService],
    }).compile();
    await module.init();
    const service = module.get(PriceService);

    const [one, two] = [await service.prices(), await service.prices()];

    expect([one.get('page')?.text, two.get('page')?.text, service.asked]).toEqual(['0.15', '0.15', 1]);
    expect(two.get('page')).not.toBe(one.get('page'));
    await module.close();
  });

  it('revoke: a link is shut where this instance says so', async () => {
    const { ShareLinkService } = await import('./revoke.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [ShareLinkService],
    }).compile();
    await module.init();
    const [links, cache] = [module.get(ShareLinkService), module.get(Cache)];
    // Where several share a list, a first start is uncached until nobody can hold a lease of an earlier one.
    await links.shut('another');
    await cache.set('page', 'open', { tags: ['link:t'] });

    expect(await links.shut('t')).toMatch(
      new RegExp(`^Shut at .*:${process.pid}\\b.*; waited for 0 that kept silent\\.$`),
    );
    expect(await cache.get('page')).toBeUndefined();
    await module.close();
  });

  it('lock: an archive is written by one at a time, and by nobody who lost the lock unawares', async () => {
    const { ArchiveService } = await import('./lock.js');
    const module = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }), CacheModule.forRoot()],
      providers: [ArchiveService],
    }).compile();
    await module.init();
    const db = module.get(DataSource);
    await db.query('CREATE TABLE room (id int, archive text, fence bigint)');
    await db.query('INSERT INTO room VALUES (1, NULL, 0), (2, NULL, 9007199254740991)');
    const archives = module.get(ArchiveService);
    let packing = 0;

    const pack = async () => {
      const atOnce = ++packing;
      await db.query('SELECT pg_sleep(0.02)');
      packing--;
      return `${atOnce} at a time`;
    };
    await Promise.all([archives.archive(1, pack), archives.archive(1, pack)]);
    await archives.archive(2, pack);

    const rows = await db.query<{ archive: string; fence: string }[]>('SELECT archive, fence FROM room ORDER BY id');
    expect(rows.map(({ archive }) => archive)).toEqual(['1 at a time', null]);
    await module.close();
  });

  it('batch: only what is missing is asked for, and the rows come in the order of the ids', async () => {
    const { PeopleService } = await import('./batch.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [PeopleService],
    }).compile();
    await module.init();
    const people = module.get(PeopleService);
    await people.byIds(['ann', 'bob']);
    await module.get(Cache).invalidateTags(['user:bob']);

    const rows = await people.byIds(['cid', 'bob', 'ann']);

    expect(rows.map(({ id }) => id)).toEqual(['cid', 'bob', 'ann']);
    expect(people.asked).toEqual(['ann', 'bob', 'cid', 'bob']);
    await module.close();
  });

  it('warm: what is asked for at the start is there, and by hand nothing is loaded twice', async () => {
    const { ReportService } = await import('./warm.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [ReportService],
    }).compile();
    await module.init();
    const reports = module.get(ReportService);
    for (let tries = 0; reports.asked < 3 && tries < 200; tries++) await new Promise((turn) => setTimeout(turn, 10));

    expect(await reports.warmUp()).toMatchObject({ name: 'sizes', state: 'done', done: 3, loaded: 0, failed: 0 });
    expect([await reports.sizeOf('b'), reports.asked]).toEqual([1, 3]);
    await module.close();
  });

  it('console: it tells administrators how the cache stands, and nobody else', async () => {
    const { OperationsModule } = await import('./console.js');
    const module = await Test.createTestingModule({ imports: [OperationsModule] }).compile();
    const application = module.createNestApplication({ logger: false });
    let admin = false;
    application.use((request: { user?: object }, _response: unknown, next: () => void) => {
      request.user = { admin };
      next();
    });
    await application.listen(0, '127.0.0.1');
    const url = await application.getUrl();
    expect((await fetch(`${url}/cache`)).headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/cache/status`)).status).toBe(403);
    admin = true;

    expect(await (await fetch(`${url}/cache/status`)).json()).toMatchObject({ statistics: { inStep: true } });
    await application.close();
  });

  it('watched: the health says how the cache is, and Prometheus what it has counted', async () => {
    const { WatchedModule } = await import('./watched.js');
    const { register } = await import('prom-client');
    const module = await Test.createTestingModule({ imports: [WatchedModule] }).compile();
    const application = module.createNestApplication({ logger: false });
    await application.listen(0, '127.0.0.1');
    await module.get(Cache).getOrLoad('dataroom:stats:7', {}, async () => 1);

    const health = await fetch(`${await application.getUrl()}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', info: { cache: { status: 'up' } } });
    expect(await register.metrics()).toContain('data_room_cache_misses_total{method="stats",reason="cold"} 1');
    await application.close();
  });

  it('cache-manager: CACHE_MANAGER is this cache', async () => {
    const { RateService } = await import('./cache-manager.js');
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot()],
      providers: [RateService],
    }).compile();
    await module.init();
    const rates = module.get(RateService);
    expect([await rates.rate('EUR'), await rates.rate('EUR')]).toEqual([1, 1]);

    await module.get(Cache).clear();

    expect(await rates.rate('EUR')).toBe(2);
    await module.close();
  });
});
