// Pictures of the cache's dashboard, as whoever runs three data rooms sees it by day and by night.
import { setTimeout as pause } from 'node:timers/promises';
import { sizes, type Browser, type View } from '../support/browser.js';
import { Person } from '../support/data-room-person.js';
import { DataRoomProcess, removeFolder, temporaryFolder } from '../support/data-room-process.js';
import { RedisServer } from '../support/redis-server.js';
import { playScene } from './scene.js';

/** Long enough for a line to be seen. */
const loadMs = 150_000;
const restMs = 25_000;

export async function takeDashboardPictures(browser: Browser, into: string): Promise<void> {
  const folder = await temporaryFolder();
  const redis = await RedisServer.start();
  const processes = [1, 2, 3].map(() =>
    DataRoomProcess.start(folder, { REDIS_URL: redis.url, CACHE_AUDIT_RATE: '0.01' }),
  );
  try {
    const addresses = await Promise.all(processes.map((one) => one.address()));
    const [address = ''] = addresses;
    const admin = await Person.register(address, 'Ops'); // the first to register
    const { room, folder: finance, owner } = await playScene(address);
    const people = addresses.map((other) => owner.at(other));

    const session = { 'data-room-token': admin.token };
    const open = async (hash = '', view: View = {}) => {
      const tab = await browser.open(`${address}/cache${hash}`, { session, ...view });
      await tab.page.getByText('Live', { exact: true }).waitFor();
      await pause(2_500);
      return tab;
    };
    const take = async (name: string, hash = '', view: View = {}) => {
      const tab = await open(hash, view);
      await tab.screenshot(`${into}/dashboard-${name}.png`);
      await tab.close();
    };
    // When an instance was out of step is known to whoever looks all the while.
    const watch = await open();
    const see = (word: string) => watch.page.getByRole('heading', { level: 1, name: word }).waitFor();

    await pause(restMs);
    await take('at-rest');

    const load = new Load();
    const paths = [`/folders/${finance.id}/contents`, `/data-rooms/${room.id}/folders`, '/data-rooms'];
    for (const [number, person] of people.entries()) {
      load.repeat(15, (turn) => person.get(paths[turn % paths.length] as string));
      load.repeat(1_900, (turn) => person.patch(`/folders/${finance.id}`, { name: `Finance ${number}.${turn}` }));
    }
    await pause(loadMs);
    await take('under-load');
    await take('phone', '', { size: 'phone' });
    await take('instances', '#instances', { scheme: 'dark' });
    const tab = await open('#transactions');
    await tab.page.setViewportSize({ width: 1280, height: 560 });
    await tab.screenshot(`${into}/dashboard-transactions.png`);
    await tab.page.setViewportSize(sizes.desktop);
    await tab.page.getByRole('link', { name: 'Entries' }).click();
    await tab.page.getByRole('button', { name: 'FolderListing.contents' }).first().click();
    await tab.page.getByText('Loaded by').first().waitFor();
    await tab.page.getByRole('dialog').screenshot({ path: `${into}/dashboard-explain.png` });
    await tab.close();

    await redis.kill();
    await see('Out of step');
    await pause(restMs);
    await watch.screenshot(`${into}/dashboard-redis-killed.png`);
    await redis.launch();
    await see('In step');
    await pause(restMs);
    await watch.screenshot(`${into}/dashboard-redis-back.png`);
    await watch.page.emulateMedia({ colorScheme: 'dark' });
    await watch.screenshot(`${into}/dashboard-dark.png`);
    await load.end();
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
    await redis.stop();
    await removeFolder(folder);
  }
}

/** What is done over and over until it is ended. */
class Load {
  #isOver = false;
  readonly #work: Promise<void>[] = [];

  repeat(everyMs: number, work: (turn: number) => Promise<unknown>): void {
    this.#work.push(this.#run(everyMs, work));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#work);
  }

  async #run(everyMs: number, work: (turn: number) => Promise<unknown>): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) await Promise.all([work(turn), pause(everyMs)]);
  }
}
