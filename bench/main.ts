/**
 * `npm run bench`: @Cached beside bentocache and cacheable. Prints tables; `-- --write` also refreshes RESULTS.md.
 * `-- hits`, `-- invalidations`, `-- misses`, `-- memory`, `-- calls` run one part.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { calls, hits, invalidations, memory, misses } from './reports.js';

const parts = { hits, invalidations, misses, memory, calls };
const asked = process.argv.slice(2);
const chosen = asked.filter((name): name is keyof typeof parts => name in parts);
const write = asked.includes('--write');

const reports: string[] = [];
for (const name of chosen.length > 0 ? chosen : (Object.keys(parts) as (keyof typeof parts)[])) {
  const report = await parts[name]();
  console.log(report);
  reports.push(report);
}

if (write) {
  const file = new URL('RESULTS.md', import.meta.url);
  const marker = '<!-- measured -->\n';
  const text = await readFile(file, 'utf8');
  const machine = `${cpus().length} cores, node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const today = new Date().toISOString().slice(0, 10);
  await writeFile(
    file,
    `${text.split(marker)[0]}${marker}\nMeasured on ${today}: ${machine}.\n\n${reports.join('\n')}`,
  );
}
