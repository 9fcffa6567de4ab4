/** What it costs a hit that everything is counted: beside the same library with all of that taken out of its text. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contestant, interleave } from './contestant.js';
import type { Name } from './contestant.child.js';
import type { Kind } from './files.js';
import { ratioOf } from './statistics.js';
import { factor, table, time } from './table.js';

const repository = fileURLToPath(new URL('..', import.meta.url));
const source = 'libs/cache/src';

/** A hit as it was before anything was counted. Each text must be there, or the comparison would be of nothing. */
const cuts: readonly (readonly [file: string, counting: string | RegExp, plain: string])[] = [
  ['core/reader.ts', 'counts.hits++;\n    frames.load', 'frames.load'],
  ['core/reader.ts', '!this.#parts.frames.bypassing', 'this.#parts.frames.transaction === undefined'],
  [
    'nest/methods/cached-method.ts',
    'counts.hits < counts.auditAt ? naming.keys.get(only) : undefined',
    'naming.keys.get(only)',
  ],
];

/** A copy of the repository that counts no hit and audits none. */
async function uncounted(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'uncounted-'));
  for (const path of ['package.json', 'tsconfig.json', source, 'bench'])
    await cp(join(repository, path), join(root, path), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  for (const [file, counting, plain] of cuts) {
    const path = join(root, source, file);
    const text = await readFile(path, 'utf8');
    const cut = text.replace(counting, () => plain);
    if (cut === text) throw new Error(`${file} counts otherwise by now: ${String(counting)} is not in it.`);
    await writeFile(path, cut);
  }
  return root;
}

/** What the compiler makes of the same text differs by a tenth from process to process. */
const processes = 10;
const rounds = 31;
/** Each begins with caches that are full of others' things, and ends before what it has had audited is. */
const roundMs = 60;

/** Round by round. */
function means(sides: readonly (readonly number[])[]): number[] {
  return sides[0]!.map((_, round) => sides.reduce((sum, times) => sum + times[round]!, 0) / sides.length);
}

const rows: readonly (readonly [label: string, kind: Kind, counted: Name, plain: Name])[] = [
  ['a copy of an entity', 'entity', 'watched', 'clone'],
  ['a frozen entity', 'entity', 'watchedFrozen', 'freeze'],
  ['a copy of a small object', 'note', 'watched', 'clone'],
];

export async function insight(): Promise<string> {
  const root = await uncounted();
  try {
    const cells: string[][] = [];
    for (const [label, kind, counted, plain] of rows) {
      const contestants = Array.from({ length: 3 * processes }, (_, at) =>
        at % 3 === 0 ? new Contestant(counted) : new Contestant(plain, root),
      );
      await Promise.all(contestants.map((contestant) => contestant.ask({ do: 'prepare', race: 'hit', kind })));
      await Promise.all(contestants.map((contestant) => contestant.ask({ do: 'live' })));
      const times = await interleave(contestants, rounds, roundMs);
      await Promise.all(contestants.map((contestant) => contestant.end()));
      const [everything, nothing, again] = [0, 1, 2].map((side) => means(times.filter((_, at) => at % 3 === side)));
      const ratios = [everything!, again!].map((side) => factor(ratioOf(side, nothing!), 3));
      cells.push([label, time(nothing), time(everything), ...ratios]);
    }
    const heads = ['a hit', 'nothing counted', 'everything', 'times as long', 'nothing counted, twice'];
    return `### What counting costs\n\n${table(heads, cells)}\n${remark}\n`;
  } finally {
    await rm(root, { recursive: true });
  }
}

const remark = `Everything: counts, events, CACHE_AUDIT_RATE=0.001 and the console, which nobody looks at. Nothing: the same library, with what
counts and audits hits taken out of its text. Each is the mean of ten processes; the last column is nothing against nothing, so
what differs there is the machine. All have been called by timers and by requests before, as in any application. What an audit
asks of its source, behind the answer, is not in these times.`;
