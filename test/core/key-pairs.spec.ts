import { jest } from '@jest/globals';
import { runChild } from './child.js';

// Half a minute of processor time, of which a busy machine gives little.
jest.setTimeout(400_000);

describe('the keys of two argument lists', () => {
  it('are one exactly if the lists are the same: a million pairs, most of them a step apart', async () => {
    const answer = (await runChild('key-pairs.child.ts')) as Readonly<Record<string, number | string>>;

    expect(answer).toMatchObject({ complaint: 'none', shelved: 100_000 });
    expect(answer.same).toBeGreaterThan(125_000);
    expect(answer.apart).toBeGreaterThan(500_000);
  });
});
