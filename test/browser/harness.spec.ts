// Shows that the browser sees what tests ask it for, on a page where everything is wrong, and nothing on one that is well.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, schemes, sizes } from '../support/browser.js';

const page = (body: string) =>
  `<!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body>${body}</body></html>`;

const pages: Record<string, string> = {
  '/well': page('<main><h1>Well</h1><button>Press</button></main>'),
  '/ill': page(
    '<main style="width: 1300px"><img src="/missing.png"><button></button></main>' +
      '<script src="/script.js"></script><script>alert(1)</script>',
  ),
  '/script.js':
    "fetch('/refused'); console.error('I complain'); setTimeout(() => { throw new Error('I throw') }); fetch('http://127.0.0.1:1/')",
};

describe('the browser', () => {
  let browser: Browser;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const text = pages[request.url ?? ''];
      response.setHeader('Content-Type', request.url?.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.setHeader('Content-Security-Policy', "script-src 'self'; style-src 'unsafe-inline'");
      response.writeHead(text ? 200 : 404).end(text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it('has nothing against a page that is well', async () => {
    const tab = await browser.open(`${address}/well`, { size: 'phone', session: { key: 'value' } });

    await tab.page.keyboard.press('Tab');

    expect(await tab.focused()).toBe('button "Press"');
    expect(await tab.page.evaluate(() => sessionStorage.getItem('key'))).toBe('value');
    expect([await tab.violations(), tab.refusals, await tab.overflow()]).toEqual([[], [], 0]);
    await tab.closeInPeace();
  });

  it('sees errors, missing parts, refusals, forbidden scripts, what stands out and what nobody can use', async () => {
    const tab = await browser.open(`${address}/ill`);
    await tab.page.waitForLoadState('networkidle');

    expect(tab.faults).toEqual(
      expect.arrayContaining([
        'I complain',
        'Error: I throw',
        '404 GET /missing.png',
        expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:1\/: net::/),
        expect.stringMatching(/^The CSP forbids \(script-src-elem\): inline/),
      ]),
    );
    expect(tab.refusals).toEqual(['404 GET /refused']);
    expect(await tab.overflow()).toBeGreaterThan(0);
    expect((await tab.violations()).map((sentence) => sentence.split(':')[0])).toEqual(
      expect.arrayContaining(['button-name', 'image-alt', 'page-has-heading-one']),
    );
    await expect(tab.closeInPeace()).rejects.toThrow(/^Something went wrong on the page:\n[^]*Error: I throw/);
  });

  it.each(schemes)('is in the %s where that is asked for, and people in it do not share a session', async (scheme) => {
    const [one, other] = await Promise.all([
      browser.open(`${address}/well`, { scheme, session: { whose: 'one' } }),
      browser.open(`${address}/well`, { size: 'phone' }),
    ]);

    expect(await one.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(scheme === 'dark');
    expect(await other.page.evaluate(() => [innerWidth, sessionStorage.getItem('whose')])).toEqual([
      sizes.phone.width,
      null,
    ]);
    await Promise.all([one.close(), other.close()]);
  });
});
