/** The parts of the benchmark, each from its processes to its table. */
import { Contestant, race } from './contestant.js';
import type { Name } from './contestant.child.js';
import type { Kind } from './files.js';
import type { Invalidations } from './races.js';
import { ratioOf, spreadOf } from './statistics.js';
import { factor, nanoseconds, table, time } from './table.js';

const labels: Readonly<Record<Name, string>> = {
  clone: '`@Cached`',
  freeze: "`@Cached({ copy: 'freeze' })`",
  watched: '`@Cached`, audited',
  watchedFrozen: "`@Cached({ copy: 'freeze' })`, audited",
  bento: 'bentocache',
  cacheable: 'cacheable',
  bentoSharing: 'bentocache, `serialize: false` (shared)',
  cacheableSharing: 'cacheable, `useClone: false` (shared)',
  bare: 'the method alone',
  absent: '`@Cached`, no CacheModule',
  disabled: '`@Cached`, CACHE_ENABLED=false',
  enabled: '`@Cached`, a hit',
};

const kinds: Readonly<Record<Kind, string>> = {
  entity: 'an entity (class instance, 12 fields, 2 dates)',
  plain: 'the same as a plain object',
  listing: 'a listing of 50 plain files, 2 dates each',
  entities: 'a listing of 50 entities, 2 dates each',
  note: 'a small object',
};

export async function hits(): Promise<string> {
  const names = ['clone', 'freeze', 'bento', 'cacheable', 'bentoSharing', 'cacheableSharing'] as const;
  const sections: string[] = [];
  for (const kind of ['entity', 'plain', 'listing', 'entities'] as const) {
    const [clone, freeze, ...rivals] = await race(names, { do: 'prepare', race: 'hit', kind }, 15);
    const rows = [
      [labels.clone, time(clone), '', ''],
      [labels.freeze, time(freeze), '', ''],
      ...rivals.map((rival, at) => [
        labels[names[at + 2] as Name],
        time(rival),
        `${factor(ratioOf(rival, clone as number[]))}`,
        `${factor(ratioOf(rival, freeze as number[]))}`,
      ]),
    ];
    const heads = ['', 'time of a hit', 'times as long as `@Cached`', 'times as long as frozen'];
    sections.push(`### A hit: ${kinds[kind]}\n\n${table(heads, rows)}`);
  }
  return sections.join('\n');
}

export async function misses(): Promise<string> {
  const names = ['clone', 'freeze', 'bento', 'cacheable'] as const;
  const sections: string[] = [];
  for (const kind of ['entity', 'listing'] as const) {
    const results = await race(names, { do: 'prepare', race: 'miss', kind }, 10);
    const [clone] = results;
    const rows = results.map((result, at) => [
      labels[names[at] as Name],
      time(result),
      at === 0 ? '' : factor(ratioOf(result, clone as number[])),
    ]);
    const heads = ['', 'time', 'times as long as `@Cached`'];
    sections.push(`### A miss, without the load, in a full cache: ${kinds[kind]}\n\n${table(heads, rows)}`);
  }
  return sections.join('\n');
}

export async function calls(): Promise<string> {
  const names = ['bare', 'absent', 'disabled', 'enabled'] as const;
  const results = await race(names, { do: 'prepare', race: 'call', kind: 'note' }, 15);
  const [bare] = results;
  const added = (result: number[]): string => {
    const extra = spreadOf(result.map((value, at) => value - ((bare as number[])[at] as number)));
    return `${extra.median.toFixed(0)} ns (${extra.low.toFixed(0)} to ${extra.high.toFixed(0)})`;
  };
  const rows = results.map((result, at) => [labels[names[at] as Name], time(result), at === 0 ? '' : added(result)]);
  return `### What the decorator adds to a call\n\n${table(['', 'time of an awaited call', 'added'], rows)}`;
}

export async function memory(): Promise<string> {
  const rows: string[][] = [];
  for (const kind of ['entity', 'listing'] as const) {
    for (const name of ['clone', 'freeze', 'bento', 'cacheable'] as const) {
      const contestant = new Contestant(name);
      const count = kind === 'entity' ? 10_000 : 600;
      const weighed = await contestant.ask<{ measured: number; estimated?: number }>({ do: 'weigh', kind, count });
      await contestant.end();
      const estimate = weighed.estimated === undefined ? '' : `${weighed.estimated.toFixed(0)}`;
      rows.push([kinds[kind], labels[name], weighed.measured.toFixed(0), estimate]);
    }
  }
  return `### Memory of an entry, in bytes\n\n${table(['', '', 'measured', "the store's own count"], rows)}`;
}

export async function invalidations(): Promise<string> {
  const counts = [10, 10_000, 100_000] as const;
  const rows: string[][] = [];
  for (const name of ['clone', 'bento', 'cacheable'] as const) {
    const contestant = new Contestant(name);
    // The rivals take minutes to fill; they are here for the order of magnitude.
    const repetitions = name === 'clone' ? 7 : 1;
    const results = await contestant.ask<Invalidations[]>({ do: 'invalidate', counts, repetitions });
    await contestant.end();
    const [few] = results as [Invalidations];
    for (const [part, label] of steps) {
      const medians = results.map((result) => spreadOf(result[part]).median);
      const most = medians.map((median) => median / spreadOf(few[part]).median);
      rows.push([labels[name], label, ...medians.map(nanoseconds), Math.max(...most).toFixed(2)]);
    }
  }
  const heads = ['', '', ...counts.map((count) => `among ${count.toLocaleString('en')}`), 'most, times among 10'];
  return `### One key or tag invalidated among the entries of its tag\n\n${table(heads, rows)}`;
}

const steps: readonly (readonly [keyof Invalidations, string])[] = [
  ['delete', 'delete a key'],
  ['readAfterDelete', 'first read after it'],
  ['invalidateTag', 'invalidate the tag'],
  ['readAfterInvalidateTag', 'first read after it'],
];
