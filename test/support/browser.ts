// A real Chromium, without a window: one for a spec file, in which each test opens tabs of its own.
import { chromium, type Browser as Chromium } from 'playwright-core';
import { provideChromium } from './chromium.mjs';
import { Tab } from './browser-tab.js';

export const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof sizes;

export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

export interface View {
  readonly size?: Size;
  readonly scheme?: Scheme;
  /** What the tab's sessionStorage holds before the page's own script runs. */
  readonly session?: Readonly<Record<string, string>>;
}

export class Browser {
  readonly #chromium: Chromium;

  private constructor(started: Chromium) {
    this.#chromium = started;
  }

  static async start(): Promise<Browser> {
    const executablePath = await provideChromium(process.env.CHROMIUM);
    // No sandbox: root has none, and the only pages it sees are our own. It ends with this process, however that ends.
    return new Browser(await chromium.launch({ executablePath, headless: true, chromiumSandbox: false }));
  }

  /** A tab in a profile of its own, as another person's. Nothing moves in it, so that what is looked at has arrived. */
  async open(url: string, { size = 'desktop', scheme = 'light', session = {} }: View = {}): Promise<Tab> {
    const context = await this.#chromium.newContext({
      viewport: sizes[size],
      hasTouch: size === 'phone',
      isMobile: size === 'phone',
      colorScheme: scheme,
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    context.setDefaultTimeout(20_000);
    const tab = await Tab.in(context, session);
    await tab.page.goto(url);
    return tab;
  }

  close(): Promise<void> {
    return this.#chromium.close();
  }
}
