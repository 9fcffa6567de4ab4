// The data room's own page in a real Chromium, as two people use it.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Browser, schemes, type View } from '../support/browser.js';
import type { Tab } from '../support/browser-tab.js';
import { DataRoomUnderTest } from '../support/data-room.js';
import { password, type Person } from '../support/data-room-person.js';
import { Desk } from './desk.js';
import { sessionOf } from './scene.js';

// The browser shares two cores with whatever else is tested: what fails is tried once more, and its error is shown all the same.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('the page', () => {
  let browser: Browser;
  let dataRoom: DataRoomUnderTest;
  const tabs: Tab[] = [];

  beforeAll(async () => {
    [browser, dataRoom] = await Promise.all([Browser.start(), DataRoomUnderTest.start('the embedded database')]);
  });
  afterAll(() => Promise.all([browser.close(), dataRoom.stop()]));

  afterEach(() => Promise.all(tabs.splice(0).map((tab) => tab.closeInPeace())));

  async function sitDown(hash = '', view: View = {}): Promise<Desk> {
    const tab = await browser.open(`${dataRoom.address}/${hash}`, view);
    tabs.push(tab);
    return new Desk(tab);
  }

  const sitDownAs = (person: Person, hash = '', view: View = {}) =>
    sitDown(hash, { ...view, session: sessionOf(person, 'Somebody') });

  async function folderOf(person: Person) {
    const room = await person.room('Deal');
    const folder = await person.folder(room.id, 'Contracts');
    return { room, folder, place: `#/rooms/${room.id}/folders/${folder.id}` };
  }

  it('takes one from an account to a shared file, and whom one shares it with in and out again', async () => {
    const bob = await dataRoom.register('Bob');
    const [ann, other] = await Promise.all([sitDown(), sitDownAs(bob)]);
    await ann.register('Ann', `ann.${randomUUID()}@example.org`, password);

    await ann.press('New data room');
    await ann.answer({ Name: 'Deal' }, 'Create');
    await ann.arrivesAt('Deal');
    for (const name of ['Contracts', 'Archive']) {
      await ann.press('New folder');
      await ann.answer({ Name: name }, 'Create');
    }
    await ann.lists('Contents', ['Archive', 'Contracts']);
    await ann.list('Contents').getByRole('link', { name: 'Contracts' }).click();
    await ann.arrivesAt('Contracts');
    await ann.upload('offer.txt', 'One million.');
    await ann.hears('“offer.txt” uploaded.');
    await ann.choose('offer.txt', 'Rename');
    await ann.answer({ Name: 'contract.txt' }, 'Rename');
    await ann.lists('Contents', ['contract.txt']);
    await ann.choose('contract.txt', 'Move');
    await ann.page.getByRole('radio', { name: 'Archive' }).check();
    await ann.answer({}, 'Move');
    await ann.list('Contents').getByText('Nothing in here yet.').waitFor();

    await ann.follow('Deal');
    await ann.follow('Members');
    await ann.fill({ Email: bob.email });
    await ann.press('Invite');
    await ann.hears('Bob is in now, as viewer.');
    await other.press('Load again');
    await other.follow('Deal');
    await other.arrivesAt('Deal');
    await other.list('Contents').getByRole('link', { name: 'Archive' }).click();
    const [download] = await Promise.all([other.page.waitForEvent('download'), other.press('contract.txt')]);
    expect(download.suggestedFilename()).toBe('contract.txt');
    expect(await readFile(await download.path(), 'utf8')).toBe('One million.');
    expect(await other.page.getByRole('button', { name: 'New folder' }).count()).toBe(0);

    await ann.choose('Bob', 'Change role');
    await ann.page.getByRole('dialog').getByLabel('Role').selectOption('editor');
    await ann.answer({}, 'Save');
    await ann.hears('Bob is editor now.');
    await other.follow('Deal');
    await other.page.getByRole('button', { name: 'New folder' }).waitFor();
    await ann.choose('Bob', 'Revoke');
    await ann.answer({}, 'Revoke');
    await other.list('Contents').getByRole('link', { name: 'Archive' }).click();
    await other.isTold('There is no such data room.');
    await other.follow('All data rooms');
    await other.list('Data rooms').getByText('No data room yet.').waitFor();

    await ann.choose('the data room', 'Rename the data room');
    await ann.answer({ Name: 'Closed' }, 'Rename');
    await ann.arrivesAt('Closed');
    await ann.choose('the data room', 'Delete the data room');
    await ann.answer({}, 'Delete');
    await ann.list('Data rooms').getByText('No data room yet.').waitFor();
  });

  it('shows a long list page by page, and the tree all of it', async () => {
    const ann = await dataRoom.register('Ann');
    const { room } = await folderOf(ann);
    await ann.folder(room.id, 'Archive');
    const desk = await sitDownAs(ann);
    await desk.page.route('**/folders?*', (route, request) =>
      route.continue({ url: request.url().replace('limit=100', 'limit=1') }),
    );

    await desk.follow('Deal');
    await desk.lists('Contents', ['Archive']);
    await desk.press('Show more');

    await desk.lists('Contents', ['Archive', 'Contracts']);
    expect(await desk.tab.focused()).toBe('link "Contracts"');
    const tree = desk.page.getByRole('navigation', { name: 'Folders' });
    expect(await tree.getByRole('link').allTextContents()).toEqual(['Archive', 'Contracts']);
  });

  it('unfolds the way to a folder, and keeps it unfolded while others change it', async () => {
    const ann = await dataRoom.register('Ann');
    const { room, folder } = await folderOf(ann);
    const below = await ann.folder(room.id, '2024', folder.id);
    const desk = await sitDownAs(ann, `#/rooms/${room.id}/folders/${below.id}`);
    const tree = desk.page.getByRole('navigation', { name: 'Folders' });
    await tree.locator('[aria-current=page]').getByText('2024').waitFor();

    await ann.patch(`/folders/${folder.id}`, { name: 'Agreements' });
    await desk.press('New folder');
    await desk.answer({ Name: 'May' }, 'Create');
    await desk.list('Contents').getByRole('link', { name: 'May' }).click();

    await tree.locator('[aria-current=page]').getByText('May').waitFor();
    expect(await tree.getByRole('link').allTextContents()).toEqual(['Agreements', '2024', 'May']);
    const way = desk.page.getByRole('navigation', { name: 'Way here' }).getByRole('link');
    expect(await way.allTextContents()).toEqual(['Data rooms', 'Deal', 'Agreements', '2024']);
  });

  it('tells with every list what the cache had to do with it, and with all of them how often it helped', async () => {
    const ann = await dataRoom.register('Ann');
    const { place } = await folderOf(ann);
    const desk = await sitDownAs(ann, place);
    await desk.list('Contents').getByText('Nothing in here yet.').waitFor();
    expect(await desk.cacheOf('Contents')).toBe('miss');

    await Promise.all([desk.page.waitForResponse(/contents/), desk.press('Load again')]);
    await desk.list('Contents').locator('.badge.hit').waitFor();

    await desk.press('New folder');
    await desk.answer({ Name: 'News' }, 'Create');
    await desk.holds('Contents', 1);
    expect(await desk.cacheOf('Contents')).toBe('miss');
    await desk.page.locator('#strip summary').click();
    const answers = await desk.page
      .getByRole('region', { name: 'The last answers' })
      .getByRole('row')
      .allTextContents();
    expect(answers).toContainEqual(
      expect.stringMatching(/^POST \/data-rooms\/[0-9a-f]{4}…\/folders201bypass[\d.]+ ms$/),
    );
    const counted = answers.filter((answer) => /hit|miss/.test(answer)).length;
    expect(await desk.page.locator('.rate').textContent()).toMatch(new RegExp(`\\d+ % of ${counted} reads$`));
  });

  it('can be used without a mouse, and the focus never gets lost', async () => {
    const ann = await dataRoom.register('Ann');
    const desk = await sitDown();
    const { tab, page } = desk;
    const { keyboard } = page;
    const goTo = async (target: string) => {
      for (let stops = 0; (await tab.focused()) !== target; stops++) {
        if (stops > 30) throw new Error(`The Tab key does not get to ${target}.`);
        await keyboard.press('Tab');
      }
    };
    await desk.arrivesAt('Sign in');

    await keyboard.press('Tab');
    expect(await tab.focused()).toBe('link "Skip to the content"');
    await keyboard.press('Enter');
    await goTo('textbox "Email"');
    await keyboard.type(ann.email);
    await goTo('textbox "Password"');
    await keyboard.type(password);
    await keyboard.press('Enter');
    await desk.arrivesAt('Data rooms');
    expect(await tab.focused()).toBe('heading "Data rooms"');

    await goTo('button "New data room"');
    await keyboard.press('Enter');
    expect(await tab.focused()).toBe('textbox "Name"');
    await keyboard.press('Escape');
    expect(await tab.focused()).toBe('button "New data room"');
    await keyboard.press('Enter');
    await keyboard.type('Deal');
    await keyboard.press('Enter');
    await desk.arrivesAt('Deal');

    await goTo('button "New folder"');
    await keyboard.press('Enter');
    await keyboard.type('Contracts');
    await keyboard.press('Enter');
    await desk.holds('Contents', 1);
    await page.locator('#main').focus();
    await goTo('button "Folders in Contracts"');
    await keyboard.press('Enter');
    await page.getByText('No folders in it').waitFor();
    await goTo('link "Contracts"');
    await page.locator('.row summary').focus();
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    expect(await tab.focused()).toBe('button "Rename"');
    await keyboard.press('Escape');
    expect(await page.locator('.row .menu').getAttribute('open')).toBeNull();
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await keyboard.type('Papers');
    await keyboard.press('Enter');
    await desk.list('Contents').getByRole('link', { name: 'Papers' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Actions for Papers');
    await keyboard.press('Enter');
    for (let stop = 0; stop < 3; stop++) await keyboard.press('Tab');
    await keyboard.press('Enter');
    expect(await tab.focused()).toBe('button "Cancel"');
    await goTo('button "Delete"');
    await keyboard.press('Enter');
    await desk.list('Contents').getByText('No folders yet.').waitFor();
    await page.waitForFunction(() => document.activeElement?.matches('h1'));
  });

  it('shows names as they are, whatever they look like', async () => {
    const ann = await dataRoom.register('<b>Ann</b>');
    const evil = "<img src=x onerror=document.title=1>'&lt;<script>document.title=1";
    const room = await ann.room(evil);
    const folder = await ann.folder(room.id, evil);
    const file = `${evil}.txt`;
    await ann.upload(`/folders/${folder.id}/files`, file, 'x');
    const desk = await sitDownAs(ann);

    await desk.follow(evil);
    await desk.arrivesAt(evil);
    await desk.list('Contents').getByRole('link', { name: evil }).click();
    await desk.list('Contents').getByLabel(`Actions for ${file}`, { exact: true }).waitFor();
    await desk.lists('Contents', [file]);
    await desk.choose(file, 'Delete');
    await desk.page.getByRole('heading', { name: `Delete “${file}”?` }).waitFor();
    await desk.answer({}, 'Delete');
    await desk.hears(`“${file}” deleted.`);
    await desk.page.getByRole('link', { name: 'Members' }).click();
    await desk.lists('Members', ['<b>Ann</b>']);

    expect(await desk.page.title()).toBe(`${evil} – Data room`);
    expect(await desk.page.locator('main :is(img, script, b:not(.trace b))').count()).toBe(0);
  });

  it.each([
    { size: 'desktop', seen: schemes },
    { size: 'phone', seen: ['dark'] },
  ] as const)(
    'has nothing against it from axe, and nothing that stands out, on a $size in the $seen',
    async ({ size, seen }) => {
      const ann = await dataRoom.register('Ann');
      const { room, folder, place } = await folderOf(ann);
      const long = `${'long'.repeat(40)}.txt`;
      await ann.upload(`/folders/${folder.id}/files`, long, 'x');
      const found: Record<string, unknown> = {};
      const look = async (name: string, { tab, page }: Desk) => {
        await page.locator('[aria-busy]').waitFor({ state: 'detached' });
        const against = (await tab.overflow()) > 0 ? ['stands out'] : [];
        for (const colorScheme of seen) {
          await page.emulateMedia({ colorScheme });
          against.push(...(await tab.violations()));
        }
        if (against.length > 0) found[name] = against;
      };

      const stranger = await sitDown('', { size });
      await stranger.press('Sign in');
      await stranger.isTold('Email must be an email address.');
      await look('sign in', stranger);
      const desk = await sitDownAs(ann, '', { size });
      await desk.holds('Data rooms', 1);
      await look('rooms', desk);
      await desk.page.goto(`${dataRoom.address}/#/rooms/${room.id}/members`);
      await desk.holds('Members', 1);
      await look('members', desk);
      await desk.page.goto(`${dataRoom.address}/${place}`);
      await desk.holds('Contents', 1);
      await desk.page.locator('#strip summary').click();
      await desk.page.getByLabel('Actions for the data room').click();
      await look('folder, menu and strip', desk);
      await desk.press('Delete the data room');
      await look('question', desk);
      await desk.press('Cancel');
      await desk.page.locator('#strip summary').click();
      await desk.choose(long, 'Move');
      await desk.page.getByRole('radio', { name: 'Contracts' }).waitFor();
      await look('where to', desk);
      await desk.page.goto(`${dataRoom.address}/#/rooms/${folder.id}`);
      await desk.page.getByRole('dialog').waitFor({ state: 'detached' });
      await desk.isTold('There is no such data room.');
      await look('nothing here', desk);

      expect(found).toEqual({});
    },
  );
});
