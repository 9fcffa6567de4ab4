// The cache's dashboard in a real Chromium, over the data room with a real Redis, as an operator meets it.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '@data-room/cache';
import type { Locator, Page } from 'playwright-core';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ConsoleUnderTest, press, rowOf, search } from './console-under-test.js';

// The browser shares two cores with whatever else is tested: what fails is tried once more, and its error is shown all the same.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('the dashboard', () => {
  let room: ConsoleUnderTest;
  let cache: Cache;

  beforeAll(async () => {
    room = await ConsoleUnderTest.start();
    cache = room.cache;
  });
  afterAll(() => room.stop());
  afterEach(() => room.closeTabs());

  const openLive = async (hash = '') => (await room.openLive(hash)).page;
  const tile = (page: Page, name: string) => page.locator('.tiles > div', { hasText: name }).locator('dd').first();
  /** `1.2K/s` is 1200. */
  const numberIn = async (place: Locator) => {
    const [, digits, kilo] = /^([\d.]+)(K?)/.exec((await place.textContent()) ?? '') ?? [];
    return Number(digits) * (kilo ? 1_000 : 1);
  };

  it('shows numbers that move under load, of all methods and of one', async () => {
    const page = await openLive('');
    await page.getByRole('heading', { level: 1, name: 'In step' }).waitFor();
    expect(await tile(page, 'Redis').textContent()).toBe('Answers');

    for (const until = Date.now() + 4_500; Date.now() < until;) await room.read();

    expect(await numberIn(tile(page, 'Reads'))).toBeGreaterThan(20);
    expect(await numberIn(tile(page, 'Hit rate'))).toBeGreaterThan(90);
    expect(await page.locator('.line-0').first().getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+/);
    const names = page.getByRole('region', { name: 'Methods' }).getByRole('rowheader');
    await press(page, 'Method');
    await page.locator('[aria-sort=ascending]', { hasText: 'Method' }).waitFor();
    const sorted = await names.allTextContents();
    expect(sorted).toEqual([...sorted].sort());
    await press(page, 'Method');
    await page.locator('[aria-sort=descending]', { hasText: 'Method' }).waitFor();
    expect(await names.allTextContents()).toEqual([...sorted].sort().reverse());
    await press(page, 'FolderService.dataRoomOf');
    await page.getByRole('img', { name: 'Hit rate of FolderService.dataRoomOf' }).waitFor();
    await press(page, 'Show all methods');
    await page.getByRole('img', { name: 'Hit rate', exact: true }).waitFor();
  });

  it('asks whoever has no token for one, and lets in whom the guards let in', async () => {
    const stranger = await room.dataRoom.register('Bob');
    const { page, refusals } = await room.open('', { session: {} });
    const token = page.getByLabel('Token');

    await token.fill(stranger.token);
    await press(page, 'Look');
    await page.getByRole('alert').getByText('administrators').waitFor();
    expect(refusals.map((line) => line.split(' ')[0])).toEqual(['401', '403']);
    await token.fill(room.admin.token);
    await press(page, 'Look');

    await page.getByRole('heading', { level: 1, name: 'In step' }).waitFor();
  });

  it('finds entries by key and by tag, and explains one', async () => {
    await cache.set('dataroom:explained:1', 1, { tags: ['deal:2', 'deal:3'] });
    await cache.set('dataroom:explained:2', 2, { tags: ['deal:2'] });
    await cache.invalidateTags(['deal:3']);
    const page = await openLive('#entries');

    await search(page, 'dataroom:explained:');
    await rowOf(page, 'dataroom:explained:1').getByText('dead').waitFor();
    await rowOf(page, 'dataroom:explained:2').getByText('live').waitFor();
    await press(page, 'dataroom:explained:1');

    const dialog = page.getByRole('dialog', { name: 'Explained' });
    expect(await dialog.getByRole('listitem').allTextContents()).toContainEqual(
      expect.stringMatching(/^Dead since .* deal:3 was changed by/),
    );
    await press(dialog, 'deal:2');
    await page.getByRole('heading', { name: '2 entries with deal:2' }).waitFor();
    await search(page, 'dataroom:nobody');
    await page.getByText('There is nothing.').waitFor();
    await press(page, 'Explain this key');
    await dialog.getByText('Redis has none').waitFor();
  });

  it('asks before it invalidates, says what would be hit, and what has been reached', async () => {
    await room.read();
    expect((await room.read()).cache).toBe('hit');
    const tag = `folder:${room.folder.id}`;
    const page = await openLive('#entries');
    await search(page, tag, 'Entries with the tag');
    const dialog = page.getByRole('dialog', { name: `Invalidate ${tag}?` });

    await press(page, 'Invalidate this tag…');
    await dialog.getByText(/In this instance it would hit [1-9]\d* entr/).waitFor();
    await press(dialog, 'Cancel');
    expect((await room.read()).cache).toBe('hit');
    await press(page, 'Invalidate this tag…');
    await press(dialog, 'Invalidate');

    await page.getByRole('status').getByText(`${tag}: invalidated. Confirmed by 1 instance.`).waitFor();
    await rowOf(page, 'FolderService').getByText('dead').waitFor();
    expect((await room.read()).cache).toBe('miss');
  });

  it('invalidates one key, and everything', async () => {
    await cache.set('dataroom:one:1', 1);
    await cache.set('dataroom:one:2', 2);
    const page = await openLive('');
    const invalidate = async (what: string, text: string) => {
      await press(page, 'Invalidate…');
      await page.getByLabel(what).check();
      await page.getByLabel('Tags, separated by commas, or the key').fill(text);
      await press(page, 'See what it would hit');
    };

    await invalidate('One key', 'dataroom:one:1');
    await page.getByText('In this instance it would hit 1 entry').waitFor();
    await press(page, 'Invalidate');
    await page.getByRole('status').getByText('dataroom:one:1: invalidated.').waitFor();
    expect([await cache.get('dataroom:one:1'), await cache.get('dataroom:one:2')]).toEqual([undefined, 2]);
    await invalidate('Everything', '');
    await page.getByText(/it would hit [1-9]\d* entries/).waitFor();
    await press(page, 'Invalidate');
    await page.getByRole('status').getByText('everything: invalidated.').waitFor();

    expect(await cache.get('dataroom:one:2')).toBeUndefined();
  });

  it('says within seconds that Redis is gone, and that it is back', async () => {
    const page = await openLive('');
    const banner = page.getByRole('region', { name: /^Out of step/ });

    await room.redis.kill();
    await banner.waitFor({ timeout: 5_000 });
    await page.getByRole('heading', { level: 1, name: 'Out of step' }).waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/^Out of step/);
    expect(await tile(page, 'Redis').textContent()).not.toBe('Answers');
    await room.redis.launch();

    await banner.waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1, name: 'In step' }).waitFor();
  });

  it('says that it hears nothing any more, and since when, and goes on by itself', async () => {
    const proxy = await TcpProxy.start(room.dataRoom.address);
    const tab = await room.browser.open(`http://127.0.0.1:${proxy.port}/cache`, { session: room.session });
    await tab.page.getByText('Live', { exact: true }).waitFor();

    proxy.cut();
    await tab.page.getByRole('region', { name: /^No connection since \d\d:\d\d:\d\d/ }).waitFor();
    await tab.page.getByRole('heading', { level: 1, name: 'Unknown' }).waitFor();
    proxy.mend();
    await tab.page.getByRole('heading', { level: 1, name: 'In step' }).waitFor();
    expect(tab.faults.filter((fault) => !fault.includes('net::'))).toEqual([]);

    await tab.close();
    await proxy.stop();
  });

  it('stands still while it is paused, or nobody sees it', async () => {
    const page = await openLive('');
    const asked: string[] = [];
    const isHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);

    await press(page, 'Pause');
    await page.getByText(/^Paused at \d\d:\d\d:\d\d/).waitFor();
    page.on('request', (request) => asked.push(request.url()));
    await room.read();
    await page.waitForTimeout(2_500);
    expect(asked).toEqual([]);
    await press(page, 'Resume');
    await page.getByText('Live', { exact: true }).waitFor();

    await isHidden(true);
    await page.getByText(/^Paused at/).waitFor();
    asked.length = 0;
    await page.waitForTimeout(2_500);
    expect(asked).toEqual([]);
    await isHidden(false);
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
