import { Run, type Mutant, type Outcome } from './scenario.js';
import { kinds, type Trouble } from './troubles.js';
import { Dice } from './world.js';

/** Each kind by itself in turn, then two and three together. */
export function troublesOf(seed: number): readonly Trouble[] {
  const dice = new Dice(seed);
  const first = kinds[seed % kinds.length]!;
  const others = Math.floor(seed / kinds.length) % 3;
  const all = new Set([first]);
  while (all.size < others + 1) all.add(dice.pick(kinds));
  return [...all];
}

/** `failure` says what went wrong, and how to see it again. */
export async function simulate(
  seed: number,
  troubles: readonly Trouble[],
  mutant?: Mutant,
): Promise<{ readonly outcome?: Outcome; readonly failure?: string }> {
  const where = `seed ${seed} of [${troubles.join(', ')}]`;
  try {
    const outcome = await new Run(seed, troubles, mutant).outcome();
    const { stale, invented, stuck } = outcome;
    const wrong = [
      ...stale.slice(0, 2).map((one) => `stale: ${JSON.stringify(one)}`),
      ...invented.slice(0, 2).map((one) => `invented: ${JSON.stringify(one)}`),
      ...stuck.slice(0, 3).map((one) => `stuck: ${one}`),
    ];
    return wrong.length === 0 ? { outcome } : { outcome, failure: [where, ...wrong].join('\n  ') };
  } catch (error) {
    return { failure: `${where}\n  ${String(error)}` };
  }
}
