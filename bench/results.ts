/** RESULTS.md, in which each part has a place of its own. What stands elsewhere stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';

const file = new URL('RESULTS.md', import.meta.url);
const opening = '<!-- bench: ';
const end = `${opening}end -->`;

/** In the place of what the part gave before; a new part comes last. */
export async function putResults(part: string, report: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const marker = `${opening}${part} -->`;
  const from = text.includes(marker) ? text.indexOf(marker) : text.indexOf(end);
  if (from < 0) throw new Error(`bench/RESULTS.md has lost its line ${end}.`);
  const to = text.includes(marker) ? text.indexOf(opening, from + 1) : from;
  await writeFile(file, `${text.slice(0, from)}${marker}\n\n${report}\n${circumstances()}\n\n${text.slice(to)}`);
}

function circumstances(): string {
  const today = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, node ${process.versions.node}, ${process.platform} ${process.arch}`;
  return `Measured on ${today}: ${machine}, a load average of ${(loadavg()[0] ?? 0).toFixed(1)} at the end.`;
}
