// What options and variables say of the times of single types and methods, through the module.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import type { Cache as CacheManager } from 'cache-manager';
import { Cache, Cached, type CacheModuleOptions } from '@data-room/cache';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { boot, closeAll, withEnvironment } from './boot.js';

@Injectable()
class FolderService {
  @Cached({ tags: (_, id) => [`folder:${id}`] })
  async contents(id: string): Promise<string> {
    return `contents of ${id}`;
  }

  @Cached({ tags: ['type:Folder'], ttl: '1h' })
  async long(id: string): Promise<string> {
    return id;
  }

  @Cached({ tags: ['folder:*'], ttl: () => 5 })
  async short(id: string): Promise<string> {
    return id;
  }

  @Cached({ tags: (_, id) => [`data-room:${id}`], name: 'rooms' })
  async room(id: string): Promise<string> {
    return id;
  }
}

/** How many seconds what each method has given lasts. */
async function secondsWith(options: CacheModuleOptions, environment: Readonly<Record<string, string>> = {}) {
  const app = await withEnvironment(environment, () => boot({ providers: [FolderService] }, options));
  const folders = app.get(FolderService);
  await Promise.all([folders.contents('a'), folders.long('a'), folders.short('a'), folders.room('a')]);
  const { memory } = app.get<Runtime>(RUNTIME, { strict: false });
  const secondsOf = (name: string) =>
    Math.round((memory.get(`dataroom:${name}:a`)!.expiresAt - systemClock.now()) / 1_000);
  return {
    contents: secondsOf('FolderService.contents'),
    long: secondsOf('FolderService.long'),
    short: secondsOf('FolderService.short'),
    room: secondsOf('rooms'),
  };
}

afterEach(closeAll);

describe('per-type settings', () => {
  it('are none unless somebody says something', async () => {
    expect(await secondsWith({})).toEqual({ contents: 300, long: 3_600, short: 5, room: 300 });
  });

  it('come from variables, in which _ stands also for -', async () => {
    const environment = { CACHE_TTL: '200', CACHE_TTL_FOLDER: '60', CACHE_TTL_DATA_ROOM: '20' };

    expect(await secondsWith({}, environment)).toEqual({ contents: 60, long: 60, short: 5, room: 20 });
  });

  it('come from options, by type and by the name of a method', async () => {
    const ttls = { Folder: '1m', 'FolderService.contents': 30, rooms: '10m' } as const;

    expect(await secondsWith({ ttls })).toEqual({ contents: 30, long: 60, short: 5, room: 600 });
  });

  it('name a method in a variable, too', async () => {
    const environment = { CACHE_TTL_FOLDERSERVICE_CONTENTS: '40', CACHE_TTL_ROOMS: '50' };

    expect(await secondsWith({}, environment)).toEqual({ contents: 40, long: 3_600, short: 5, room: 50 });
  });

  it('of options come before those of variables, type by type, however they are spelled', async () => {
    const environment = { CACHE_TTL_FOLDER: '60', CACHE_TTL_DATA_ROOM: '20' };

    expect(await secondsWith({ ttls: { FOLDER: 90 } }, environment)).toMatchObject({ contents: 90, room: 20 });
    expect(await secondsWith({ ttls: { 'data-room': 90 } }, environment)).toMatchObject({ contents: 60, room: 90 });
    expect(await secondsWith({ ttls: { data_room: 95 } }, environment)).toMatchObject({ contents: 60, room: 95 });
  });

  it('of names that differ in case alone are the shortest', async () => {
    const environment = { CACHE_TTL_FOLDER: '50', CACHE_TTL_folder: '40', CACHE_TTL_Folder: '45' };

    expect(await secondsWith({}, environment)).toMatchObject({ contents: 40 });
    expect(await secondsWith({ ttls: { FOLDER: 50, folder: 40, Folder: 45 } })).toMatchObject({ contents: 40 });
  });

  it('that are empty say nothing', async () => {
    const environment = { CACHE_TTL_: '', CACHE_TTL_FOLDER: '' };

    expect(await secondsWith({ ttls: {} }, environment)).toMatchObject({ contents: 300 });
  });

  it('hold for Cache and for cache-manager, which knows it', async () => {
    const app = await boot({}, { ttls: { folder: 60, 'cache-manager': 30 } });
    const manager = app.get<CacheManager>(CACHE_MANAGER);
    const { memory } = app.get<Runtime>(RUNTIME, { strict: false });
    const cache = app.get(Cache);
    const left = (instant: number | undefined, now: number) => Math.round((instant! - now) / 1_000);

    await cache.set('by hand', 1, { tags: ['folder:7'] });
    await manager.set('usual', 1);
    await manager.set('for ever', 1, 0);
    await manager.set('brief', 1, 5_000);
    await manager.wrap('wrapped', async () => 1, 3_600_000);

    expect(left(memory.get('by hand')?.expiresAt, systemClock.now())).toBe(60);
    expect(left(memory.get('dataroom:cache-manager:wrapped')?.expiresAt, systemClock.now())).toBe(30);
    const times = await Promise.all(['usual', 'for ever', 'brief', 'wrapped'].map((key) => manager.ttl(key)));
    expect(times.map((time) => left(time, Date.now()))).toEqual([30, 30, 5, 30]);
  });

  it.each([
    ['CACHE_TTL_FOLDER', '5m', "must be a whole number of seconds from 1 up, got '5m'. Set it in .env"],
    ['CACHE_TTL_FOLDER', '0', "must be a whole number of seconds from 1 up, got '0'. Set it in .env"],
    ['CACHE_TTL_FILE', '99999999999', 'must be a whole number of seconds from 1 up'],
    ['CACHE_TTL_', '60', "must be followed by a type of tags, as in CACHE_TTL_FOLDER, got '60'. Set it in .env"],
  ])('that are wrong stop the boot with a sentence: %s=%s', async (variable, value, sentence) => {
    const message = await withEnvironment({ [variable]: value }, () => boot({}).catch(String));

    expect(message).toContain(`CACHE_OPTIONS_INVALID: ${variable} ${sentence}`);
  });

  it.each([
    [{ folder: 0 }, /ttls\.folder of CacheModule must be seconds above 0 or a text such as '5m', got 0\. Correct it/],
    [{ folder: '5 minutes' }, /ttls\.folder of CacheModule must be seconds above 0 .*, got '5 minutes'\. Correct it/],
    [{ folder: null }, /ttls\.folder of CacheModule must be seconds above 0 .*, got null/],
    [{ 'folder:7': 60 }, /ttls of CacheModule must be types of tags .*, got \{ 'folder:7': 60 \}\. Correct it/],
    [{ '*': 60 }, /ttls of CacheModule must be types of tags or names of methods with their times/],
    [{ '': 60 }, /ttls of CacheModule must be types of tags or names of methods with their times/],
    [['folder'], /ttls of CacheModule must be types of tags .*, got \[ 'folder' \]/],
    [{ '=key': 60 }, /ttls of CacheModule must be types of tags or names of methods with their times/],
    [null, /ttls of CacheModule must be types of tags .*, got null/],
    [60, /ttls of CacheModule must be types of tags .*, got 60/],
  ])('that are wrong as options stop the boot with a sentence: %j', async (ttls, sentence) => {
    await expect(boot({}, { ttls } as unknown as CacheModuleOptions)).rejects.toThrow(sentence);
  });
});
