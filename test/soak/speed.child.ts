/** Two of the benchmark's races, in short; see bench/. */
import { Contestant, race } from '../../bench/contestant.js';
import type { Invalidations } from '../../bench/races.js';
import { ratioOf, spreadOf } from '../../bench/statistics.js';

const [frozen, rival] = await race(['freeze', 'bento'], { do: 'prepare', race: 'hit', kind: 'entity' }, 8);

const contestant = new Contestant('clone');
const counts = [10, 100_000];
const [few, many] = await contestant.ask<Invalidations[]>({ do: 'invalidate', counts, repetitions: 1 });
await contestant.end();
const cost = (samples: Invalidations | undefined): number => spreadOf(samples?.delete ?? []).median;

process.stdout.write(
  JSON.stringify({ hit: ratioOf(rival as number[], frozen as number[]).median, invalidation: cost(many) / cost(few) }),
);
