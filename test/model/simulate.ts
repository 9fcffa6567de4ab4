// Runs many seeds and says which went wrong: `npm run simulate -- --seeds 200000 --from 1`, `--kinds "a, b"` for some
// kinds only. With --mutations: how many seeds it takes to find out each rule that was taken out, four times over.
import { parseArgs } from 'node:util';
import { simulate, troublesOf } from './campaign.js';
import { trials } from './mutants.js';
import type { Trouble } from './troubles.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: process.env['SIM_SEEDS'] ?? '2000' },
    from: { type: 'string', default: '1' },
    kinds: { type: 'string' },
    mutations: { type: 'boolean', default: false },
  },
});
// Faults are plenty here and nobody reads where they came from.
Error.stackTraceLimit = 0;
if (values.mutations) await hunt();
else await search();

async function hunt(): Promise<void> {
  for (const [name, { mutant, kinds, patch, stuck = false }] of Object.entries(trials)) {
    const restore = patch?.();
    const took: number[] = [];
    let last = 0;
    for (let seed = 1; seed <= 1_000 && took.length < 4; seed++) {
      const { outcome } = await simulate(seed, kinds, mutant);
      if (outcome === undefined) continue;
      if (outcome.stale.length + outcome.invented.length + (stuck ? outcome.stuck.length : 0) === 0) continue;
      took.push(seed - last);
      last = seed;
    }
    restore?.();
    console.log(`${name} [${kinds.join(', ')}]: ${took.join(', ')}`);
  }
}

async function search(): Promise<void> {
  const from = Number(values.from);
  const only = values.kinds?.split(',').map((kind) => kind.trim() as Trouble);
  let reads = 0;
  let commits = 0;
  let failures = 0;
  const began = process.cpuUsage();
  for (let seed = from; seed < from + Number(values.seeds); seed++) {
    const kinds = only ?? troublesOf(seed);
    const { outcome, failure } = await simulate(seed, kinds);
    reads += outcome?.reads ?? 0;
    commits += outcome?.commits ?? 0;
    if (failure === undefined) continue;
    failures++;
    process.exitCode = 1;
    console.log(failure);
  }
  const used = process.cpuUsage(began);
  const ms = (used.user + used.system) / 1_000;
  console.log({
    seeds: Number(values.seeds),
    reads,
    commits,
    failures,
    msEach: Number((ms / Number(values.seeds)).toFixed(1)),
  });
}
