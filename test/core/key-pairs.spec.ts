import { runChild } from './child.js';

describe('the keys of two argument lists', () => {
  it('are one exactly if the lists are the same: a million pairs, most of them a step apart', async () => {
    const answer = (await runChild('key-pairs.child.ts')) as Readonly<Record<string, number | string>>;

    expect(answer).toMatchObject({ complaint: 'none', shelved: 100_000 });
    expect(answer.same).toBeGreaterThan(125_000);
    expect(answer.apart).toBeGreaterThan(500_000);
  });
});
