// An oracle that finds nothing is only worth something if it finds what is there.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { assemble, mutations } from '../support/mutations.js';
import { runOracle } from '../support/oracle.js';

const seeds = [1, 2, 3, 4, 5, 6];

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the oracle', () => {
  it.each(Object.entries(mutations))(
    'finds out: %s',
    async (name, mutant) => {
      const found: string[] = [];
      let reads = 0;
      for (const seed of seeds) {
        jest.restoreAllMocks();
        const report = await runOracle({ seed, runtime: mutant(), forMs: 6_000, reads: 0, distanceMs: 2 });
        found.push(...report.violations);
        reads += report.reads;
        if (found.length > 0) break;
      }
      process.stdout.write(`${name}: ${reads} reads, ${found[0]}\n`);
      expect(found.length).toBeGreaterThan(0);
    },
    60_000,
  );

  it('finds nothing in what is put together the same way from the unchanged parts', async () => {
    const report = await runOracle({ seed: 1, runtime: assemble(), forMs: 3_000, reads: 0, distanceMs: 2 });

    expect(report.violations).toEqual([]);
  }, 20_000);
});
