// The data room's own page when something does not go as wished: what was typed or chosen is still there.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { DataRoomUnderTest } from '../support/data-room.js';
import { password, type Person } from '../support/data-room-person.js';
import { Deferred } from '../support/deferred.js';
import { Desk } from './desk.js';
import { sessionOf } from './scene.js';

// The browser shares two cores with whatever else is tested: what fails is tried once more, and its error is shown all the same.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('the page in trouble', () => {
  let browser: Browser;
  let dataRoom: DataRoomUnderTest;
  let ann: Person;
  let desk: Desk;

  beforeAll(async () => {
    [browser, dataRoom] = await Promise.all([
      Browser.start(),
      DataRoomUnderTest.start('the embedded database', { administrators: ['root@example.org'] }),
    ]);
  });
  afterAll(() => Promise.all([browser.close(), dataRoom.stop()]));

  beforeEach(async () => {
    ann = await dataRoom.register('Ann');
  });
  afterEach(() => desk.tab.closeInPeace());

  async function sitDown(hash = '', session = sessionOf(ann, 'Ann')): Promise<void> {
    desk = new Desk(await browser.open(`${dataRoom.address}/${hash}`, { session }));
  }

  async function openFolder() {
    const room = await ann.room('Deal');
    const folder = await ann.folder(room.id, 'Contracts');
    await sitDown(`#/rooms/${room.id}/folders/${folder.id}`);
    await desk.arrivesAt('Contracts');
    return { room, folder };
  }

  it('says in a sentence what the API has against it, in the form that still holds what was typed', async () => {
    await sitDown('', {});
    await desk.fill({ Email: ann.email, Password: 'wrong' });
    await desk.press('Sign in');
    await desk.isTold('Email or password is wrong.');
    await desk.press('Create an account');
    expect(await desk.page.getByLabel('Email').inputValue()).toBe(ann.email);
    await desk.fill({ Name: 'Ann', Password: password });
    await desk.press('Create the account');
    await desk.isTold('Somebody has registered with this email already.');
    await desk.press('I have an account');
    await desk.press('Sign in');
    await desk.arrivesAt('Data rooms');

    await desk.press('New data room');
    await desk.fill({ Name: ' ' });
    await desk.page.keyboard.press('Enter');
    await desk.isTold('Name must not be empty.');
    expect(await desk.page.getByLabel('Name', { exact: true }).inputValue()).toBe(' ');
  });

  it('has an ended session renewed in front of what one was doing, and goes on with it', async () => {
    await openFolder();
    await desk.press('New folder');
    await desk.fill({ Name: 'Typed before' });
    await desk.page.evaluate(() => sessionStorage.setItem('data-room-token', 'ended'));

    await desk.press('Create');
    await desk.page.getByText(`Sign in again as ${ann.email} to go on where you were.`).waitFor();
    await desk.fill({ Password: 'wrong' });
    await desk.page.keyboard.press('Enter');
    await desk.isTold('Email or password is wrong.');
    await desk.fill({ Password: password });
    await desk.page.keyboard.press('Enter');

    await desk.hears('Folder “Typed before” created.');
    await desk.lists('Contents', ['Typed before']);
    expect(await desk.page.getByRole('dialog').count()).toBe(0);
  });

  it('signs out whoever does not want the session renewed', async () => {
    await openFolder();
    await desk.page.evaluate(() => sessionStorage.setItem('data-room-token', 'ended'));

    await desk.press('Load again');
    await desk.press('Cancel');

    await desk.arrivesAt('Sign in');
    expect(await desk.page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await desk.page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  });

  it('lists again on demand when the server did not answer', async () => {
    const { folder } = await openFolder();
    await ann.upload(`/folders/${folder.id}/files`, 'offer.txt', 'x');
    await desk.page.route('**/contents?*', (route) => route.fulfill({ status: 418, body: 'a proxy’s page' }));

    await desk.press('Load again');
    await desk.isTold('The server answered with 418 and gave no reason.');
    await desk.page.unroute('**/contents?*');
    await desk.press('Try again');

    await desk.lists('Contents', ['offer.txt']);
    expect(await desk.page.getByRole('alert').count()).toBe(0);
  });

  it('shows the place that was asked for last, however late the answer to an earlier click comes', async () => {
    const [one, other] = [await ann.room('One'), await ann.room('Other')];
    await sitDown();
    await desk.holds('Data rooms', 2);
    const [asked, answer] = [new Deferred<void>(), new Deferred<void>()];
    await desk.page.route(`**/data-rooms/${one.id}`, async (route) => {
      asked.resolve();
      await answer.promise;
      await route.continue();
    });

    await desk.follow('One');
    await asked.promise;
    await desk.page.goto(`${dataRoom.address}/#/rooms/${other.id}`);
    await desk.arrivesAt('Other');
    const late = desk.page.waitForResponse(`**/data-rooms/${one.id}`);
    answer.resolve();
    await late;
    await desk.press('Load again');
    await desk.list('Contents').getByText('No folders yet.').waitFor();

    expect(await desk.page.getByRole('heading', { level: 1 }).textContent()).toBe('Other');
  });

  it('keeps an upload that was refused, to be tried again', async () => {
    await openFolder();
    await desk.page.route('**/files', (route) => route.fulfill({ status: 413, json: { message: 'Too big.' } }));

    await desk.upload('big.txt', 'x'.repeat(10_000));
    await desk.isTold('Too big.');
    await desk.page.unroute('**/files');
    await desk.press('Try again');

    await desk.hears('“big.txt” uploaded.');
    await desk.lists('Contents', ['big.txt']);
    expect(await desk.page.getByRole('region', { name: 'Uploads' }).count()).toBe(0);
  });

  it('sends nothing more of an upload that was stopped, under way or still waiting', async () => {
    await openFolder();
    const begun = new Deferred<void>();
    let uploads = 0;
    await desk.page.route('**/files', (route) => {
      // The first one never gets an answer.
      if (++uploads === 1) return begun.resolve();
      return route.continue();
    });

    for (const name of ['stopped.txt', 'unwanted.txt', 'wanted.txt']) await desk.upload(name, 'x');
    await begun.promise;
    expect(await desk.page.getByRole('progressbar', { name: 'Upload of stopped.txt' }).isVisible()).toBe(true);
    await desk.press('Stop the upload of unwanted.txt');
    await desk.press('Stop the upload of stopped.txt');

    await desk.hears('“wanted.txt” uploaded.');
    await desk.lists('Contents', ['wanted.txt']);
    expect(uploads).toBe(2);
  });

  it('leads administrators to the page of the cache, and nobody else', async () => {
    const link = () => desk.page.getByRole('link', { name: 'Cache', exact: true });
    await sitDown('', {});
    const told = desk.page.waitForResponse('**/cache/status');
    await desk.register('Ben', 'ben@example.org', password);
    expect((await told).status()).toBe(403);
    expect(await link().count()).toBe(0);

    await desk.press('Sign out');
    await desk.register('Root', 'root@example.org', password);
    await link().waitFor();
    await desk.press('Sign out');
    await desk.arrivesAt('Sign in');

    expect(await link().count()).toBe(0);
  });
});
