// The data room itself, four times, while things go wrong: a short run of what `npm run chaos` does for as long as one likes.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { campaign, type Plan } from './campaign.js';
import { faults } from './faults.js';
import type { Tally } from './tally.js';
import { storm, type Weather } from './weather.js';

jest.setTimeout(240_000);

const plan: Plan = { variant: 'ours', instances: 4, fallbackSeconds: 0, seed: 1 };

const verdict = ({ stale, failures, lasting, collapses }: Tally) => ({
  stale: stale.slice(0, 5),
  failures: failures.slice(0, 5),
  lasting: lasting.slice(0, 5),
  collapses,
});

async function allSorts(weather: Weather): Promise<void> {
  const { cut, emptied, halted, partitioned, flushed, killed, disconnected, slowed } = faults;
  await pause(500);
  await storm(weather, [cut], 800);
  await storm(weather, [partitioned, flushed], 1_500);
  await storm(weather, [emptied, halted], 2_000);
  await storm(weather, [killed, slowed], 1_000);
  await storm(weather, [disconnected], 800);
  await pause(1_500);
}

describe('four data rooms on one PostgreSQL and one Redis', () => {
  it('answer nothing old, and fail nobody, whatever happens', async () => {
    const tally = await campaign(plan, allSorts);

    expect(verdict(tally)).toEqual({ stale: [], failures: [], lasting: [], collapses: [] });
    const { readMs, writeMs, hits } = tally.whole;
    expect(readMs.length).toBeGreaterThan(300);
    expect(writeMs.length).toBeGreaterThan(30);
    expect(hits).toBeGreaterThan(10);
  });

  it('are caught if one of them hears of nothing', async () => {
    const variables = (instance: number) => ({ CACHE_PREFIX: instance === 1 ? 'another' : 'chaos' });
    const tally = await campaign({ ...plan, instances: 2, variables }, () => pause(6_000));

    expect(tally.stale).not.toEqual([]);
    expect(tally.whole.worstMs).toBeGreaterThan(100);
    expect(tally.wrongRights).toBeGreaterThan(0);
    expect(tally.lasting).not.toEqual([]);
  });
});
