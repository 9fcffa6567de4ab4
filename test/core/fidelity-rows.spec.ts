import { runChild } from './child.js';

type Outcomes = Readonly<Record<string, { readonly memory: string; readonly redis: string }>>;

describe('what other caches change on the way', () => {
  it('comes out of memory and of Redis exactly, or is refused with a warning that names the place', async () => {
    const outcomes = Object.entries((await runChild('fidelity-rows.child.ts')) as Outcomes);

    const inexact = outcomes.filter(([, { memory, redis }]) => memory !== 'exact' || redis !== 'exact');
    const warning = (what: string) =>
      expect.stringMatching(`^refused: Uncopyable: CACHE_VALUE_UNCOPYABLE: result\\.held is ${what}, `) as string;
    expect(inexact).toEqual([
      ['a function', { memory: warning('a function'), redis: warning('a function') }],
      ['a Promise', { memory: warning('a promise'), redis: warning('a promise') }],
    ]);
    expect(outcomes.length).toBeGreaterThan(25);
  }, 60_000);
});
