/**
 * `npm run chaos -- --minutes 10 --instances 4 --cache ours|off|bentocache --fallback 0 --seed 1 --write`: several data rooms
 * on one PostgreSQL and one Redis while things go wrong. Prints a table; `--write` also puts it into bench/RESULTS.md;
 * `--only frozen` takes the faults with that in their names, `--only nothing` none. Ends with 1 if our own cache was wrong.
 */
import { parseArgs } from 'node:util';
import { startServers } from '../support/servers.mjs';
import { campaign, type Plan, type Variant } from './campaign.js';
import { allFaults } from './faults.js';
import { reportOf, write } from './report.js';
import { season } from './weather.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    instances: { type: 'string', default: '4' },
    cache: { type: 'string', default: 'ours' },
    fallback: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
const variants: readonly Variant[] = ['ours', 'off', 'bentocache'];
const variant = variants.find((name) => name === values.cache);
if (variant === undefined) throw new Error(`--cache must be one of ${variants.join(', ')}, got ${values.cache}.`);
const [minutes, instances, fallbackSeconds, seed] = [
  values.minutes,
  values.instances,
  values.fallback,
  values.seed,
].map(Number) as [number, number, number, number];
const chosen = allFaults.filter(({ name }) => name.includes(values.only));

// Ctrl-C must not leave instances behind: they are ended when this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const servers = process.env.DATABASE_URL ? undefined : await startServers(['postgres']);
process.env.DATABASE_URL ??= servers?.postgres?.url;

const toleranceMs = 50;

/** Settings of the cache that are under trial come from outside. */
const given = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('CACHE_')),
);
const plan: Plan = {
  variant,
  instances,
  fallbackSeconds,
  seed,
  variables: () => given,
  log: (sentence) => console.log(sentence),
};
console.log(`seed ${seed}`);
try {
  const tally = await campaign(plan, (weather) => season(weather, chosen, minutes * 60_000));
  const report = reportOf({ plan, minutes, tally });
  for (const sentence of [...tally.stale.slice(0, 20), ...tally.failures.slice(0, 20)]) console.log(sentence);
  for (const sentence of [...tally.lasting.slice(0, 20), ...tally.collapses]) console.log(sentence);
  console.log(report);
  if (values.write) await write(plan, report);
  const { stale, worstMs, failed } = tally.whole;
  const isTooOld = fallbackSeconds === 0 ? stale > 0 : worstMs > fallbackSeconds * 1_000 + toleranceMs;
  const wrongs = failed + tally.wrongRights + tally.lasting.length + tally.collapses.length;
  if (variant === 'ours' && (isTooOld || wrongs > 0)) process.exitCode = 1;
} finally {
  await servers?.stop();
}
