/** The tables of a run, and their place in bench/RESULTS.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Plan } from './campaign.js';
import type { Share, Tally } from './tally.js';

export interface Run {
  readonly plan: Plan;
  readonly minutes: number;
  readonly tally: Tally;
}

const titles = {
  ours: (fallback: number) =>
    fallback === 0 ? 'this cache, without fallback' : `this cache, a fallback of ${fallback} s`,
  off: () => 'no cache',
  bentocache: () => 'bentocache',
};

const titleOf = ({ variant, fallbackSeconds }: Plan) => titles[variant](fallbackSeconds);

const heads = [
  '',
  'reads',
  'from memory',
  'p50',
  'p99',
  'writes',
  'p50',
  'p99',
  'stale',
  'oldest',
  'failed',
  'failed, with a reason',
];

export function reportOf({ plan, minutes, tally }: Run): string {
  const { seed, instances } = plan;
  const machine = `${cpus().length} cores, node ${process.versions.node}`;
  const rows = [row('in all', tally.whole), ...tally.byFault.map(([name, share]) => row(name, share))];
  const lines = [heads, heads.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const sums = [
    `Guests let in or kept out by a right that was over: ${tally.wrongRights}.`,
    `Wrong when all was over and 3 s had passed: ${tally.lasting.length}.`,
    `Instances that ended by themselves: ${tally.collapses.length}, and ${tally.excusedCollapses} when their database connections were killed.`,
  ].join(' ');
  const today = new Date().toISOString().slice(0, 10);
  return `### ${titleOf(plan)}\n\n${today}: ${minutes} minutes, ${instances} instances, seed ${seed}; ${machine}. ${sums}\n\n${table}\n`;
}

function row(name: string, share: Share): string[] {
  const { readMs, writeMs, hits, stale, worstMs, failed, excused } = share;
  const part = readMs.length === 0 ? '' : `${((100 * hits) / readMs.length).toFixed(0)} %`;
  const oldest = stale === 0 ? '' : Number.isFinite(worstMs) ? `${worstMs.toFixed(0)} ms` : 'never so';
  return [
    name,
    String(readMs.length),
    part,
    ...[0.5, 0.99].map((quantile) => milliseconds(readMs, quantile)),
    String(writeMs.length),
    ...[0.5, 0.99].map((quantile) => milliseconds(writeMs, quantile)),
    String(stale),
    oldest,
    String(failed),
    String(excused),
  ];
}

function milliseconds(values: readonly number[], quantile: number): string {
  if (values.length === 0) return '';
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))]!;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

const results = new URL('../../bench/RESULTS.md', import.meta.url);
const markerOf = (plan: Plan) => `<!-- chaos: ${titleOf(plan)} -->`;
const end = '<!-- chaos: end -->';

/** Each variant has a place of its own, before `end`; a new one comes last. */
export async function write(plan: Plan, report: string): Promise<void> {
  const text = await readFile(results, 'utf8');
  const marker = markerOf(plan);
  const from = text.includes(marker) ? text.indexOf(marker) : text.indexOf(end);
  if (from < 0) throw new Error(`bench/RESULTS.md has lost its line ${end}.`);
  const to = text.includes(marker) ? text.indexOf('<!-- chaos:', from + 1) : from;
  await writeFile(results, `${text.slice(0, from)}${marker}\n\n${report}\n${text.slice(to)}`);
}
