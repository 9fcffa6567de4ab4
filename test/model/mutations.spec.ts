import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { simulate } from './campaign.js';
import { trials } from './mutants.js';

const mostSeeds = 400;

describe('a protocol with a rule taken out is found out:', () => {
  const { stackTraceLimit } = Error;

  beforeEach(() => void (Error.stackTraceLimit = 0));
  afterEach(() => void (Error.stackTraceLimit = stackTraceLimit));

  it.each(Object.entries(trials))(
    '%s',
    async (_name, { mutant, kinds, patch, stuck = false }) => {
      const restore = patch?.();
      try {
        let found = false;
        for (let seed = 1; seed <= mostSeeds && !found; seed++) {
          const { outcome } = await simulate(seed, kinds, mutant);
          const wrong = outcome === undefined ? 0 : outcome.stale.length + outcome.invented.length;
          found = wrong > 0 || (stuck && outcome !== undefined && outcome.stuck.length > 0);
        }
        expect(found).toBe(true);
      } finally {
        restore?.();
      }
    },
    60_000,
  );
});
