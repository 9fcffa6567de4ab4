// Transactions that other libraries drive: what they call a propagation ends in statements like everybody else's.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

it.each(['typeorm-transactional', '@nestjs-cls/transactional'])(
  '%s: every propagation is followed',
  async (library) => {
    const said = (await outcomes)[library]!;

    expect(Object.keys(said).length).toBeGreaterThan(20);
    for (const [scenario, outcome] of Object.entries(said))
      expect(`${scenario}: ${outcome}`).toBe(`${scenario}: holds`);
  },
);

const child = fileURLToPath(new URL('libraries.child.ts', import.meta.url));
const outcomes = promisify(execFile)(process.execPath, ['--import', '@swc-node/register/esm-register', child]).then(
  ({ stdout }) => JSON.parse(stdout) as Record<string, Record<string, string>>,
);
