// One tab: the page, all that went wrong in it, and what can be asked about how it looks.
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

export class Tab {
  readonly page: Page;
  /** Errors on the console or thrown, requests without an answer, server errors, parts that are missing, what the CSP forbade. */
  readonly faults: string[] = [];
  /** Requests of the script that were refused, as `404 GET /folders/…`: a page may ask for what it may not have. */
  readonly refusals: string[] = [];

  private constructor(page: Page) {
    this.page = page;
  }

  static async in(context: BrowserContext, session: Readonly<Record<string, string>>): Promise<Tab> {
    const tab = new Tab(await context.newPage());
    await tab.#listen();
    await tab.page.addInitScript((entries) => {
      for (const [key, value] of entries) if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, value);
    }, Object.entries(session));
    return tab;
  }

  /** What axe-core finds, one sentence for each element. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(
      (values) => (window as unknown as { axe: typeof axe }).axe.run({ runOnly: { type: 'tag', values } }),
      rules,
    );
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
    );
  }

  /** How many pixels of the page stand out to the right. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** What has the focus: `button "Sign in"`, by role and accessible name. */
  async focused(): Promise<string> {
    const [line = ''] = (await this.page.locator(':focus').ariaSnapshot()).split('\n');
    return line.replace(/^- /, '').replace(/ \[.*\]|:.*$/g, '');
  }

  /** A picture of what is to be seen, as PNG. */
  async screenshot(path: string, { fullPage = false } = {}): Promise<void> {
    await this.page.screenshot({ path, fullPage, animations: 'disabled', caret: 'hide' });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** Closes it, and throws if anything went wrong in it. */
  async closeInPeace(): Promise<void> {
    await this.close();
    if (this.faults.length > 0) throw new Error(`Something went wrong on the page:\n${this.faults.join('\n')}`);
  }

  async #listen(): Promise<void> {
    const { page, faults, refusals } = this;
    page.on('console', (message) => {
      // An answer of 400 and more is told by the event below, with its method.
      const isError = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isError) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      if (reason !== 'net::ERR_ABORTED') faults.push(`${request.method()} ${request.url()}: ${reason}`); // the page's own wish
    });
    page.on('response', (response) => {
      const request = response.request();
      const sentence = `${response.status()} ${request.method()} ${new URL(response.url()).pathname}`;
      if (response.status() < 400) return;
      const isAsked = ['fetch', 'xhr', 'eventsource'].includes(request.resourceType());
      (isAsked && response.status() < 500 ? refusals : faults).push(sentence);
    });
    await page.exposeFunction('reportViolation', (sentence: string) => faults.push(sentence));
    await page.addInitScript(() => {
      const { reportViolation } = window as unknown as { reportViolation: (sentence: string) => void };
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) =>
        reportViolation(`The CSP forbids (${effectiveDirective}): ${blockedURI} in ${sourceFile}`),
      );
    });
  }
}
