// What the dashboard's script has from the library by hand, because it has no build.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { missReasons } from '@data-room/cache';
import { usualTerms } from '../../libs/cache/src/coherence/lease.js';
import { bounds } from '../../libs/cache/src/core/insight/histogram.js';
import { repository } from '../house/source-tree.js';

/** The script from this declaration on to the end of it. */
async function declared(name: string, end: string): Promise<string> {
  const script = await readFile(join(repository, 'libs/cache/src/nest/console/page/dashboard.js'), 'utf8');
  const [, text = ''] = script.split(`\nconst ${name} = `);
  return text.slice(0, text.indexOf(end));
}

it('the bounds of histograms', async () => {
  const numbers = (await declared('bounds', ']')).match(/[\d_]+/g)?.map((digits) => Number(digits.replaceAll('_', '')));
  expect(numbers).toEqual(bounds);
});

it('the reasons of misses, each with its meaning', async () => {
  const names = [...(await declared('reasons', '};')).matchAll(/^ {2}'?([\w ]+)'?: '.+',$/gm)].map(([, name]) => name!);
  expect(names.sort()).toEqual([...missReasons].sort());
});

it('the term of a lease', async () => {
  expect(Number((await declared('termMs', ';')).replaceAll('_', ''))).toBe(usualTerms.leaseMs);
});
