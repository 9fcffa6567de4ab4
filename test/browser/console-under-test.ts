// The data room with its console, a Redis and a browser: what tests of the dashboard and its pictures look at.
import { Cache } from '@data-room/cache';
import type { Locator, Page } from 'playwright-core';
import { Browser, type View } from '../support/browser.js';
import type { Tab } from '../support/browser-tab.js';
import { DataRoomUnderTest } from '../support/data-room.js';
import type { Body, Person } from '../support/data-room-person.js';
import { RedisServer } from '../support/redis-server.js';

export class ConsoleUnderTest {
  readonly #tabs: Tab[] = [];

  private constructor(
    readonly browser: Browser,
    readonly redis: RedisServer,
    readonly dataRoom: DataRoomUnderTest,
    /** Who registered first, and may therefore look. */
    readonly admin: Person,
    readonly folder: Body,
  ) {}

  /** `auditRate`: the part of hits that is compared with its source. */
  static async start({ auditRate = 0 } = {}): Promise<ConsoleUnderTest> {
    const [browser, redis] = await Promise.all([Browser.start(), RedisServer.start()]);
    Object.assign(process.env, { REDIS_URL: redis.url, CACHE_AUDIT_RATE: String(auditRate) });
    const dataRoom = await DataRoomUnderTest.start('the embedded database');
    delete process.env.REDIS_URL;
    delete process.env.CACHE_AUDIT_RATE;
    const admin = await dataRoom.register('Ann');
    const folder = await admin.folder((await admin.room('Deal')).id, 'Contracts');
    return new ConsoleUnderTest(browser, redis, dataRoom, admin, folder);
  }

  get cache(): Cache {
    return this.dataRoom.app.get(Cache);
  }

  get session(): Record<string, string> {
    return { 'data-room-token': this.admin.token };
  }

  /** Each read is four hits, once it has been made. */
  read = () => this.admin.get(`/folders/${this.folder.id}/contents`);

  async open(hash = '', view: View = {}): Promise<Tab> {
    const tab = await this.browser.open(`${this.dataRoom.address}/cache${hash}`, { session: this.session, ...view });
    this.#tabs.push(tab);
    return tab;
  }

  /** As it is for whoever has waited for the first numbers. */
  async openLive(hash = '', view: View = {}): Promise<Tab> {
    const tab = await this.open(hash, view);
    await tab.page.getByText('Live', { exact: true }).waitFor();
    return tab;
  }

  closeTabs(): Promise<unknown> {
    return Promise.all(this.#tabs.splice(0).map((tab) => tab.closeInPeace()));
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.dataRoom.stop();
    await this.redis.stop();
  }
}

export const press = (place: Page | Locator, name: string) => place.getByRole('button', { name, exact: true }).click();

export const rowOf = (page: Page, text: string) => page.locator('tbody tr', { hasText: text }).first();

export async function search(page: Page, text: string, by = 'Keys that begin so'): Promise<void> {
  await page.getByLabel('Keys or tag').fill(text);
  await page.getByLabel(by).check();
  await press(page, 'Search');
}
