import { describe, expect, it } from '@jest/globals';
import { alone } from '../../libs/cache/src/coherence/alone.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { unheard } from '../../libs/cache/src/core/events.js';
import { defaults } from '../../libs/cache/src/core/policy.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import { anySeed, runOracle } from '../support/oracle.js';

const seed = process.env.ORACLE_SEED === undefined ? anySeed() : Number(process.env.ORACLE_SEED);

describe('the oracle', () => {
  it('holds for an application that is further from the database than those who watch it', async () => {
    const runtime = new Runtime({
      policy: defaults,
      clock: systemClock,
      tell: unheard,
      coherence: alone('far', 200_000),
    });

    const report = await runOracle({ seed, runtime, forMs: 6_000, reads: 0, distanceMs: 2 });

    expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
    expect(report.reads).toBeGreaterThan(1_000);
  }, 300_000);

  it('no read is older than what a writer was told or anybody had seen before it began', async () => {
    const runtime = new Runtime({
      policy: defaults,
      clock: systemClock,
      tell: unheard,
      coherence: alone('one', 200_000),
    });

    const report = await runOracle({ seed, runtime, forMs: 30_000, reads: 100_000 });

    expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
    expect(report.reads).toBeGreaterThanOrEqual(100_000);
    expect(report.writes).toBeGreaterThan(500);
  }, 300_000);

  it('I32: audits of every hit accuse none', async () => {
    const runtime = new Runtime({
      policy: { ...defaults, auditRate: 1 },
      clock: systemClock,
      tell: unheard,
      coherence: alone('audited', 200_000),
    });

    const report = await runOracle({ seed, runtime, forMs: 12_000, reads: 0, writers: 1 });

    const audits = [...runtime.insight.counts.methods].reduce((sum, method) => sum + method.audits, 0);
    const { differences, advice } = runtime.insight;
    expect({ seed, violations: report.violations, differences, advice }).toEqual({
      seed,
      violations: [],
      differences: [],
      advice: [],
    });
    expect(audits).toBeGreaterThan(100);
  }, 300_000);
});
