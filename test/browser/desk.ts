// What a test does on the data room's page, in the words of who sits in front of it.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import type { Tab } from '../support/browser-tab.js';

/** As long as for whatever else is waited for. */
const patienceMs = 20_000;

export class Desk {
  readonly tab: Tab;
  readonly page: Page;

  constructor(tab: Tab) {
    this.tab = tab;
    this.page = tab.page;
  }

  /** Registers through the page's own form. */
  async register(name: string, email: string, password: string): Promise<void> {
    await this.press('Create an account');
    await this.fill({ Name: name, Email: email, Password: password });
    await this.press('Create the account');
    await this.arrivesAt('Data rooms');
  }

  press = (name: string) => this.page.getByRole('button', { name, exact: true }).click();
  follow = (name: string) => this.page.getByRole('main').getByRole('link', { name, exact: true }).first().click();
  arrivesAt = (heading: string) => this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  hears = (sentence: string) => this.page.getByRole('status').getByText(sentence, { exact: true }).waitFor();
  isTold = (sentence: string) => this.page.getByRole('alert').getByText(sentence, { exact: true }).waitFor();

  async fill(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  /** Opens a menu and chooses from it. */
  async choose(about: string, choice: string): Promise<void> {
    await this.page.getByLabel(`Actions for ${about}`, { exact: true }).click();
    await this.press(choice);
  }

  /** Fills in the dialog that is open, and confirms it. */
  async answer(fields: Readonly<Record<string, string>>, button: string): Promise<void> {
    await this.fill(fields);
    await this.page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  upload(name: string, content: string): Promise<void> {
    const buffer = Buffer.from(content);
    return this.page.getByLabel('Upload files').setInputFiles({ name, mimeType: 'text/plain', buffer });
  }

  list = (label: string): Locator => this.page.getByRole('region', { name: label, exact: true });

  /** Waits until there are as many in a list. */
  holds = (label: string, count: number): Promise<void> =>
    this.list(label).locator(`ul:nth-child(2) > li:nth-child(${count})`).waitFor();

  /** Waits until a list has these names in it, in this order, and no others. */
  async lists(label: string, expected: readonly string[]): Promise<void> {
    const names = this.list(label).locator('li .name');
    const patience = performance.now() + patienceMs;
    for (;;) {
      const found = await names.allTextContents();
      if (isDeepStrictEqual(found, expected)) return;
      if (performance.now() > patience)
        throw new Error(`${label} was to be ${inspect(expected)}, and is ${inspect(found)}.`);
      await this.page.waitForTimeout(50);
    }
  }

  /** What the cache had to do with a list: hit, miss or bypass. */
  cacheOf = (label: string) => this.list(label).locator('.trace b').textContent();
}
