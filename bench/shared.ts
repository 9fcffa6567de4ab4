/** What a hit in the shared store takes, beside a bare ioredis that gets and decodes the same value. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Packr } from 'msgpackr';
import { alone } from '../libs/cache/src/coherence/alone.js';
import { EnvelopeCodec } from '../libs/cache/src/codec/codec.js';
import { MethodCounts } from '../libs/cache/src/core/insight/counts.js';
import { Classes } from '../libs/cache/src/core/classes.js';
import { unheard } from '../libs/cache/src/core/events.js';
import { defaults } from '../libs/cache/src/core/policy.js';
import type { Read } from '../libs/cache/src/core/read.js';
import { Runtime } from '../libs/cache/src/core/runtime.js';
import { systemClock } from '../libs/cache/src/core/system-clock.js';
import { openRedis } from '../libs/cache/src/redis/redis.js';
import { RedisServer } from '../test/support/redis-server.js';
import { idOf, StoredFile, tagsOf, values, type Kind } from './files.js';
import { ratioOf } from './statistics.js';
import { factor, table, time } from './table.js';

type Way = 'ours' | 'codec' | 'msgpackr' | 'JSON';
type Times = Readonly<Record<Way, number[]>>;

const labels: Readonly<Record<Way, string>> = {
  ours: '`@Cached`: read, judged, kept in memory',
  codec: 'ioredis and our codec',
  msgpackr: 'ioredis and msgpackr',
  JSON: 'ioredis and JSON (loses dates and classes)',
};

/** One after another, on the loopback: whatever is not the round trip is at its largest there. */
export async function shared(): Promise<string> {
  const sections: string[] = [];
  for (const [kind, label] of [
    ['plain', 'a plain file, 12 fields'],
    ['listing', 'a listing of 50 plain files'],
    ['entities', 'a listing of 50 entities'],
  ] as const) {
    const times = await sharedHits(kind, 25, 300);
    const rows = (['ours', 'codec', 'msgpackr', 'JSON'] as const).map((way) => [
      labels[way],
      time(times[way]),
      way === 'ours' ? '' : factor(ratioOf(times[way], times.ours), 2),
    ]);
    sections.push(`### A hit in Redis: ${label}\n\n${table(['', 'time', 'of `@Cached`'], rows)}`);
  }
  return sections.join('\n');
}

const packr = new Packr({ structuredClone: true, moreTypes: true, useToJSON: false, copyBuffers: true });
const id = idOf(7);
const nobody = () => {};

/** Nanoseconds of a read, round by round. */
async function sharedHits(kind: Kind, rounds: number, reads: number): Promise<Times> {
  const server = await RedisServer.start();
  const classes = new Classes();
  classes.add({ name: 'StoredFile', shape: '', prototype: StoredFile.prototype });
  const codec = new EnvelopeCodec({ classes, refused: nobody, damaged: nobody });
  const access = openRedis({
    url: server.url,
    ca: undefined,
    budgetMs: 1_000,
    prefix: 'bench',
    newId: () => 'bench',
    codec,
    today: () => Date.now(),
  });
  access.start();
  const { store } = access;
  const coherence = alone('bench', 1_000);
  const runtime = new Runtime({ policy: defaults, clock: systemClock, tell: unheard, coherence, store });
  let loads = 0;
  const read: Read<object> = {
    key: `bench:${kind}:${id}`,
    name: 'bench',
    counts: new MethodCounts('bench'),
    copy: 'clone',
    fallbackMs: 0,
    load: async () => {
      loads++;
      return values[kind](id);
    },
    tagsOf: () => tagsOf(id),
    ttlOf: () => 3_600_000,
  };
  const bare = new Redis(server.url);
  await bare.set('msgpackr', packr.pack(values[kind](id)));
  await bare.set('JSON', JSON.stringify(values[kind](id)));
  await runtime.reader.read(read);
  for (let tries = 0; (await bare.exists(read.key)) === 0 && tries < 100; tries++) await pause(5);
  // The last entry of a memory takes it longer to delete.
  await runtime.reader.read({ ...read, key: 'bench:another' });
  loads = 0;

  const ways: Readonly<Record<Way, () => Promise<unknown>>> = {
    ours: () => {
      runtime.memory.delete(read.key);
      return runtime.reader.read(read);
    },
    codec: async () => codec.read(read.key, (await bare.getBuffer(read.key))!)!.value(),
    msgpackr: async () => packr.unpack((await bare.getBuffer('msgpackr'))!) as unknown,
    JSON: async () => JSON.parse((await bare.get('JSON'))!) as unknown,
  };
  const times: Times = { ours: [], codec: [], msgpackr: [], JSON: [] };
  const names = Object.keys(ways) as Way[];
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const begun = process.hrtime.bigint();
      for (let done = 0; done < reads; done++) await ways[name]();
      const took = Number(process.hrtime.bigint() - begun) / reads;
      if (round >= 0) times[name].push(took);
    }
  }
  if (loads > 0) throw new Error(`${loads} reads were not answered by the shared store.`);
  await Promise.all([access.close(), bare.quit()]);
  await server.stop();
  return times;
}
