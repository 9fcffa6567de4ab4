// The Chromium that browser tests run in: given by CHROMIUM, found, or installed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findOrInstall } from './install.mjs';
import { findChromium, isProgram } from './programs.mjs';

/** Its path. */
export async function provideChromium(given) {
  if (given && !isProgram(given))
    throw new Error('CHROMIUM names no program. Correct it, or unset it and the tests look for one themselves.');
  if (given) return given;
  await findOrInstall([{ find: () => findChromium(), apt: 'chromium', given: 'CHROMIUM' }]);
  return findChromium();
}

/** Whether a run of Jest, as its global configuration says, has tests that need a browser. */
export function needsBrowser({ rootDir, testPathPatterns }) {
  const folder = join(rootDir, 'test/browser');
  const wanted = testPathPatterns.toExecutor({ rootDir });
  return readdirSync(folder).some((name) => name.endsWith('.spec.ts') && wanted.isMatch(join(folder, name)));
}
