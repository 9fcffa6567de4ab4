import { admit } from '../../libs/cache/src/core/copy/copy.js';
import { runChild } from './child.js';

interface Weighed {
  readonly name: string;
  readonly estimated: number;
  readonly measured: number;
}

it('the estimate is within 0.7 and 1.5 of what the heap grows by', async () => {
  const results = (await runChild('weight.child.ts', '--expose-gc')) as Weighed[];

  const wrong = results.filter(({ estimated, measured }) => estimated < 0.7 * measured || estimated > 1.5 * measured);

  expect(results.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
}, 60_000);

it('what is reachable twice is counted once', () => {
  const owner = { about: 'x'.repeat(10_000) };

  const once = admit([owner]).weight;
  const twice = admit([owner, owner]).weight;

  expect(twice - once).toBeLessThan(100);
});

it('a text beyond latin letters takes two bytes for each', () => {
  const latin = admit('é'.repeat(10_000)).weight;
  const chinese = admit('文'.repeat(10_000)).weight;

  expect(chinese - latin).toBe(10_000);
});
