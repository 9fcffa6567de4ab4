import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

interface Counted {
  readonly bytes: number;
  readonly entries: number;
  /** Heap and buffers after a collection, above the baseline, in megabytes. */
  readonly held: number;
}

interface Soaked {
  readonly bound: number;
  readonly mostBytes: number;
  readonly mostHeld: number;
  readonly full: Omit<Counted, 'held'>;
  readonly expired: Counted & { readonly alarms: number };
  readonly cleared: Counted & Readonly<Record<'shortcuts' | 'claims' | 'copies' | 'loads' | 'transactions', number>>;
}

async function soak(entries: number, ...args: string[]): Promise<Soaked> {
  const file = fileURLToPath(new URL('memory.child.ts', import.meta.url));
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', '--import', '@swc-node/register/esm-register'];
  const env = { ...process.env, SOAK_ENTRIES: process.env.SOAK_ENTRIES ?? String(entries) };
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, ...args], { env });
  return JSON.parse(stdout) as Soaked;
}

/** Set SOAK_ENTRIES for a longer one: 3000000 takes some minutes. */
describe('a memory of 32 MB after a hundred thousand entries of all sizes', () => {
  let soaked: Soaked;

  beforeAll(async () => {
    soaked = await soak(100_000);
  }, 600_000);

  it('was full, and at no time counted more than it may hold', () => {
    expect(soaked.full.bytes).toBeGreaterThan(0.9 * soaked.bound);
    expect(soaked.mostBytes).toBeLessThanOrEqual(soaked.bound);
  });

  it('counts what node really holds', () => {
    expect(soaked.mostHeld).toBeLessThan(1.5 * soaked.bound);
    expect(soaked.mostHeld).toBeGreaterThan(0.5 * soaked.bound);
  });

  it('gives everything back when the entries expire, without a read of any', () => {
    expect(soaked.expired).toMatchObject({ bytes: 0, entries: 0, alarms: 0 });
    expect(soaked.expired.held).toBeLessThan(3);
  });

  it('gives everything back when it is cleared: entries, shortcuts, flights and transactions', () => {
    const nothing = { bytes: 0, entries: 0, shortcuts: 0, claims: 0, copies: 0, loads: 0, transactions: 0 };
    expect(soaked.cleared).toMatchObject(nothing);
    expect(soaked.cleared.held).toBeLessThan(3);
  });
});

it('without the purge, expired entries would stay', async () => {
  const { expired } = await soak(10_000, 'no-purge');

  expect(expired.entries).toBeGreaterThan(0);
  expect(expired.held).toBeGreaterThan(3);
}, 600_000);
