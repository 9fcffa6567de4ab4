// The browser that tests run in: found or refused with a sentence, and looked for only when a test needs it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsBrowser, provideChromium } from '../support/chromium.mjs';
import { findChromium } from '../support/programs.mjs';
import { repository } from './source-tree.js';

describe('Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'data-room-house-'));
  const program = join(folder, 'chromium');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is found on PATH when Debian has brought none, and only when it can be run', () => {
    writeFileSync(program, '#!/bin/sh\n');
    expect(findChromium({ path: folder, debian: '/nowhere' })).toBeUndefined();

    chmodSync(program, 0o755);

    expect(findChromium({ path: folder, debian: '/nowhere' })).toBe(program);
  });

  it('that is given is used as it is, and one that is none is a sentence', async () => {
    await expect(provideChromium(process.execPath)).resolves.toBe(process.execPath);
    await expect(provideChromium('/nowhere/chromium')).rejects.toThrow(/^CHROMIUM names no program\. Correct it, or/);
  });

  it.each([
    { patterns: [], needed: true },
    { patterns: ['test/browser'], needed: true },
    { patterns: ['test/house', 'harness'], needed: true },
    { patterns: ['test/house'], needed: false },
  ])('is needed when one of its tests is asked for: $patterns', ({ patterns, needed }) => {
    const isMatch = (path: string) =>
      patterns.length === 0 || patterns.some((pattern) => path.slice(repository.length).includes(pattern));
    const run = { rootDir: repository, testPathPatterns: { toExecutor: () => ({ isMatch }) } };

    expect(needsBrowser(run)).toBe(needed);
  });
});
