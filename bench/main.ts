/**
 * `npm run bench`: the cache beside bentocache, cacheable and others. Prints tables; `-- --write` also puts them into
 * RESULTS.md. `-- hits keys` runs these parts.
 */
import { copying } from './copying.js';
import { fidelity } from './fidelity.js';
import { fleet } from './fleet.js';
import { insight } from './insight.js';
import { keys } from './keys.js';
import { calls, hits, invalidations, memory, misses } from './reports.js';
import { putResults } from './results.js';
import { shared } from './shared.js';
import { warming } from './warming.js';

const parts = { hits, insight, invalidations, misses, memory, calls, shared, keys, fidelity, copying, fleet, warming };
const asked = process.argv.slice(2);
const chosen = asked.filter((name): name is keyof typeof parts => name in parts);

for (const name of chosen.length > 0 ? chosen : (Object.keys(parts) as (keyof typeof parts)[])) {
  const report = await parts[name]();
  console.log(report);
  if (asked.includes('--write')) await putResults(name, report);
}
