// The cache's dashboard for everybody: without a mouse, by a screen reader, on a phone, in the dark, and with names that mean harm.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import Libsql from 'libsql';
import type { Tab } from '../support/browser-tab.js';
import { ConsoleUnderTest, press, rowOf, search } from './console-under-test.js';

// The browser shares two cores with whatever else is tested: what fails is tried once more, and its error is shown all the same.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

const views = ['Overview', 'Entries', 'Transactions', 'Instances', 'Findings'];
const hostile = '<img src=x onerror=alert(1)>';
const key = `dataroom:${hostile}`;
const tag = `${hostile}:1`;

describe('the dashboard', () => {
  let room: ConsoleUnderTest;

  beforeAll(async () => {
    room = await ConsoleUnderTest.start({ auditRate: 1 });
    await room.cache.set(key, 1, { tags: [tag] });
    await room.cache.invalidateTags([tag]);
    await room.cache.set('plain', 1);
    await room.read();
  });
  afterAll(() => room.stop());
  afterEach(() => room.closeTabs());

  /** Opens one after the other what can be seen, and a dialog of each kind. */
  async function walk({ page }: Tab, look: (place: string) => Promise<void>): Promise<void> {
    const closeDialog = async () => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    for (const view of views) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
      await page.locator('#view .panel').first().waitFor();
      await look(view);
      if (view === 'Overview') {
        await page.getByText('The same in figures').click();
        await look('the figures');
      }
      if (view !== 'Entries') continue;
      await press(page, key);
      await page.getByText('Loaded by').waitFor();
      await look('an explanation');
      await closeDialog();
    }
    await press(page, 'Invalidate…');
    await look('the question what to invalidate');
    await page.getByLabel('Tags, separated by commas, or the key').fill(tag);
    await press(page, 'See what it would hit');
    await page.getByText('In this instance it would hit').waitFor();
    await look('the question whether to');
    await closeDialog();
  }

  it.each([
    { scheme: 'light', size: 'desktop' },
    { scheme: 'dark', size: 'phone' },
  ] as const)('has nothing against it that a checker finds, and nothing stands out: $scheme, $size', async (view) => {
    const [tab, stranger] = await Promise.all([room.openLive('', view), room.open('', { ...view, session: {} })]);
    const found: string[] = [];
    const look = async (seen: Tab, place: string) => {
      found.push(...(await seen.violations()).map((violation) => `${place}: ${violation}`));
      if ((await seen.overflow()) > 0) found.push(`${place} stands out`);
    };

    await stranger.page.getByLabel('Token').waitFor();
    await look(stranger, 'the question for a token');
    await walk(tab, (place) => look(tab, place));

    expect(found).toEqual([]);
  });

  it('has nothing against it when Redis is gone', async () => {
    const tab = await room.openLive('', { size: 'phone' });

    await room.redis.kill();
    await tab.page.getByRole('region', { name: /^Out of step/ }).waitFor();

    expect([await tab.violations(), await tab.overflow()]).toEqual([[], 0]);
    await room.redis.launch();
    await tab.page.getByRole('heading', { level: 1, name: 'In step' }).waitFor();
  });

  it('can be used without a mouse, and the focus never gets lost', async () => {
    const tab = await room.openLive();
    const { page } = tab;
    const { keyboard } = page;
    const goTo = async (target: string) => {
      for (let stops = 0; (await tab.focused()) !== target; stops++) {
        if (stops > 60) throw new Error(`The Tab key does not get to ${target}.`);
        await keyboard.press('Tab');
      }
    };

    await keyboard.press('Tab');
    expect(await tab.focused()).toBe('link "Skip to the content"');
    await goTo('link "Entries"');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Entries in this instance' }).waitFor();
    expect(await tab.focused()).toBe('heading "Entries in this instance"');
    await goTo('searchbox "Keys or tag"');
    await keyboard.type('plain');
    await keyboard.press('Enter');
    await rowOf(page, 'plain').waitFor();
    await goTo('button "plain"');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Explained' }).waitFor();
    expect(await tab.focused()).toBe('button "Close"');
    await keyboard.press('Escape');
    expect(await tab.focused()).toBe('button "plain"');

    // Every two seconds everything is painted anew; whoever stands somewhere stays there.
    await page.waitForTimeout(2_500);
    expect(await tab.focused()).toBe('button "plain"');
    expect(await page.getByLabel('Keys or tag').inputValue()).toBe('plain');
    const isBack = () => page.evaluate(() => document.activeElement?.className === 'skip');
    for (let stops = 0; !(await isBack()); stops++) {
      if (stops > 60) throw new Error('The Tab key does not come around.');
      await keyboard.press('Tab');
    }
  });

  it('shows what the audit found, with its evidence', async () => {
    const { admin, dataRoom, folder } = room;
    const tab = await room.openLive('#findings');
    await admin.get(`/folders/${folder.id}`);

    // A write past the cache, as from a program that does not know of it.
    const database = new Libsql(dataRoom.environment.databaseFile);
    database.prepare('UPDATE folders SET name = ? WHERE id = ?').run(hostile, folder.id);
    database.close();
    await admin.get(`/folders/${folder.id}`);

    const found = tab.page.locator('.card', { hasText: 'FolderService.find' });
    await found.locator('code', { hasText: hostile }).waitFor();
    await found.locator('code', { hasText: 'Contracts' }).waitFor();
    await tab.page.getByRole('region', { name: /^The audit found 1 answer/ }).waitFor();
    expect(await tab.violations()).toEqual([]);
    await found.locator('button.key').click();
    await tab.page.getByRole('dialog').getByRole('heading', { name: 'Differences' }).waitFor();
    expect(await tab.violations()).toEqual([]);
  });

  it('says nothing to a screen reader as long as nothing becomes of the cache', async () => {
    const { page } = await room.openLive();
    const said = await page.evaluate(async () => {
      const sentences: string[] = [];
      const live = [...document.querySelectorAll('[role=status], [role=alert], [aria-live]')];
      const observer = new MutationObserver(() => sentences.push(live.map(({ textContent }) => textContent).join()));
      for (const region of live) observer.observe(region, { childList: true, subtree: true, characterData: true });
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return [live.length, ...sentences];
    });

    expect(said).toEqual([1]);
  });

  it('shows names that mean harm as what they are', async () => {
    const { page } = await room.openLive('#transactions');
    await rowOf(page, tag).waitFor();
    await page.getByRole('button', { name: tag }).first().click();
    await page.getByRole('heading', { name: `1 entry with ${tag}` }).waitFor();

    await search(page, `dataroom:<img`);
    await press(page, key);
    await page.getByRole('dialog').getByText('Loaded by').waitFor();
    await press(page, 'Invalidate this key…');
    await page.getByRole('heading', { name: `Invalidate ${key}?` }).waitFor();
    await press(page.getByRole('dialog').last(), 'Invalidate');

    await page.getByRole('status').getByText(`${key}: invalidated.`).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });
});
