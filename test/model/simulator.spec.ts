import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { but } from './but.js';
import { simulate, troublesOf } from './campaign.js';
import { assembled, unrecorded } from './mutants.js';
import { Run } from './scenario.js';
import { kinds, type Trouble } from './troubles.js';

/** `SIM_SEEDS` for more; hundreds of thousands are for `npm run simulate`. */
const seeds = Number(process.env['SIM_SEEDS'] ?? 2_000);
const perKind = Math.ceil(seeds / 2 / kinds.length);
const chunks = 5;

async function failuresOf(from: number, count: number, troubles: (seed: number) => readonly Trouble[]) {
  const failures: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { failure } = await simulate(seed, troubles(seed));
    if (failure !== undefined) failures.push(failure);
  }
  return failures.join('\n');
}

const { stackTraceLimit } = Error;
beforeAll(() => void (Error.stackTraceLimit = 0));
afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

describe('several instances never answer anything older than the database, and come to rest', () => {
  it.each(kinds)('%s', async (kind) => expect(await failuresOf(1, perKind, () => [kind])).toBe(''), 300_000);

  it.each(Array.from({ length: chunks }, (_, chunk) => 1_000 + chunk * Math.ceil(seeds / 2 / chunks)))(
    'troubles of several kinds at once, seeds from %i',
    async (from) => expect(await failuresOf(from, Math.ceil(seeds / 2 / chunks), troublesOf)).toBe(''),
    300_000,
  );
});

describe('what was found by a seed', () => {
  it.each<[string, number, Trouble[]]>([
    ['a load that gave up waiting for another lost the tags of what it loaded itself', 18, ['none']],
    ['a load that gave up waiting for another lost the tags of what it loaded itself', 69, ['none']],
    ['a value set in a transaction was kept under what others had changed since', 33, ['replies lag behind messages']],
    [
      'a list lost during a long wait was taken for one that has the fence',
      83,
      ['the list is flushed behind a fence', 'a process stands still while it asks'],
    ],
    [
      'out of step, what another had loaded that was ahead was answered in spite of an own write',
      723_062,
      ['a subscription goes deaf'],
    ],
    [
      'out of step, an own fence was unknown in a new epoch until it was heard of there',
      922_586,
      ['commits are slow', 'the list is flushed behind a fence', 'the network stalls'],
    ],
  ])('%s: seed %i of %j', async (_cause, seed, troubles) => {
    expect((await simulate(seed, troubles)).failure).toBeUndefined();
  });
});

describe('what is promised and what is not', () => {
  it('I17: flags and removals only spare waiting: without them nothing stale is read', async () => {
    const mutant = assembled({
      coordinator: (real) => but(real, { flag: async (members) => members, remove: async () => {} }),
    });
    const troubles: Trouble[] = ['a process stands still', 'a subscription goes deaf', 'an instance is cut off'];
    let stale = 0;
    let reads = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const outcome = await new Run(seed, [troubles[seed % troubles.length]!], mutant).outcome();
      stale += outcome.stale.length;
      reads += outcome.reads;
    }

    expect(stale).toBe(0);
    expect(reads).toBeGreaterThan(10_000);
  }, 60_000);

  it('without the outage record a writer that cannot reach the list leaves others stale until it is back', async () => {
    let stale = 0;
    let stuck = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const outcome = await new Run(seed, ['a writer is cut off from the list'], unrecorded).outcome();
      stale += outcome.stale.length;
      stuck += outcome.stuck.length;
    }

    expect(stale).toBeGreaterThan(0);
    expect(stuck).toBe(0);
  }, 60_000);
});
