// An oracle that finds nothing is only worth something if it finds what is there.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { assemble, mutations } from '../support/mutations.js';
import { runOracle } from '../support/oracle.js';

const seeds = [1, 2, 3, 4, 5];
const run = { forMs: 5_000, reads: 0, distanceMs: 2, together: 1 };

jest.setTimeout(300_000);
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the oracle', () => {
  it.each(Object.entries(mutations))('finds out: %s', async (_name, mutant) => {
    const runtime = () => {
      jest.restoreAllMocks();
      return mutant();
    };
    let found: readonly string[] = [];

    for (const seed of seeds) {
      if (found.length === 0) found = (await runOracle({ seed, runtime: runtime(), ...run })).violations;
    }

    expect(found).not.toEqual([]);
  });

  it('finds nothing in what is put together the same way from the unchanged parts', async () => {
    const report = await runOracle({ seed: 1, runtime: assemble(), ...run });

    expect(report.violations).toEqual([]);
  });
});
