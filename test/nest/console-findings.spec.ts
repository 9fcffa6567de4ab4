// What warmings, audits and advice have to tell, as the console tells it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, type CacheModuleOptions } from '@data-room/cache';
import type { ExplanationTold } from '../../libs/cache/src/nest/console/explanation.js';
import type { CacheStatus } from '../../libs/cache/src/nest/console/status.js';
import { closeConsoles, startConsole } from './console-app.js';

@Injectable()
class Rows {
  value = 'old';

  @Cached({ name: 'row', tags: (_row, id) => [`row:${id}`], warm: { calls: () => [[1], [2], [3]], atStart: false } })
  async row(_id: number): Promise<string> {
    return this.value;
  }
}

afterEach(closeConsoles);

async function start(cache: CacheModuleOptions = {}) {
  const { app, ask, post } = await startConsole({ guards: 'none' }, { cache, providers: [Rows] });
  const status = async () => (await ask('/cache/status')).json as CacheStatus;
  const until = async (isSo: (told: CacheStatus) => boolean) => {
    for (let tries = 0; !isSo(await status()) && tries < 200; tries++) await pause(50);
    return status();
  };
  return { rows: app.get(Rows), ask, post, status, until };
}

const isToday = (instant: number | null): boolean => Math.abs(instant! - Date.now()) < 60_000;

describe('the console', () => {
  it('begins a warming, and tells how it stands', async () => {
    const { post, until, status } = await start();
    expect((await status()).warmings).toMatchObject([{ name: 'row', state: 'waiting', startedAt: null }]);

    expect(await post('/cache/warm', { name: 'row' })).toMatchObject({
      status: 200,
      json: { warmings: [{ name: 'row' }] },
    });
    const [warming] = (await until(({ warmings }) => warmings[0]?.state === 'done')).warmings;

    expect(warming).toMatchObject({ name: 'row', state: 'done', done: 3, loaded: 3, failed: 0 });
    expect([warming!.startedAt, warming!.endedAt].every(isToday)).toBe(true);
    expect((await status()).statistics.memory.entries).toBe(3);
    expect((await post('/cache/warm', {})).status).toBe(200);
  });

  it.each([
    ['an unknown one', { name: 'rows' }],
    ['a nameless one', { name: '' }],
    ['a list', ['row']],
    ['something else', { names: ['row'] }],
  ])('refuses to warm %s, with a sentence', async (_, body) => {
    const { post } = await start();

    const answer = await post('/cache/warm', body);
    expect(answer).toMatchObject({ status: 400, json: { message: expect.stringMatching(/warming|JSON object/) } });
  });

  it('tells what audits have found, of all and of one key', async () => {
    const { rows, ask, until } = await start({ auditRate: 1 });
    await rows.row(1);
    rows.value = 'new';
    await rows.row(1);

    const [difference] = (await until(({ differences }) => differences.length > 0)).differences;
    expect(difference).toMatchObject({ key: 'dataroom:row:1', name: 'row', by: null, tags: ['row:1'] });
    expect(JSON.stringify(difference)).toMatch(/old.*new/);
    expect([difference!.at, difference!.loadedAt].every(isToday)).toBe(true);
    const explained = (await ask('/cache/explain?key=dataroom:row:1')).json as ExplanationTold;
    expect(explained.differences).toEqual([difference]);
    expect(explained.sentences.at(-1)).toMatch(
      /^It was found once to differ from its source, last at [\d:]+ UTC: result: 'old' kept, 'new' in the source\.$/,
    );
  });

  it('stays while the cache is off, and says that it is', async () => {
    const { rows, status, post } = await start({ enabled: false });
    await rows.row(1);

    expect(await status()).toMatchObject({
      configuration: { enabled: false },
      statistics: { enabled: false, methods: [{ name: 'row', misses: { disabled: 1 } }] },
      instances: [{ self: true }],
    });
    expect(await post('/cache/invalidate', { tags: ['row:1'] })).toMatchObject({ status: 200, json: { done: true } });
  });
});
