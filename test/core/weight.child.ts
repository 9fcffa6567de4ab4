/** Keeps many values of a kind and prints what the heap grew by for each, beside the estimate. Needs --expose-gc. */
import { randomBytes, randomUUID } from 'node:crypto';
import { admit } from '../../libs/cache/src/core/copy/copy.js';

class Owner {
  id = randomUUID();
  name = `owner ${randomUUID()}`;
}

class StoredFile {
  id = randomUUID();
  name = `${randomUUID()}.pdf`;
  size = Math.floor(Math.random() * 1e9);
  checksum = randomBytes(32).toString('hex');
  description: string | null = null;
  owner = new Owner();
  createdAt = new Date(1.7e12 + Math.random() * 1e11);
  updatedAt = new Date(1.7e12 + Math.random() * 1e11);
}

const plainFile = () => ({ ...Object.fromEntries(Object.entries(new StoredFile())), owner: randomUUID() as string });
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const wide = (length: number) =>
  String.fromCharCode(...times(length, () => 0x4e00 + Math.floor(Math.random() * 9_000)));

const kinds: Record<string, { count: number; make: () => unknown }> = {
  'listing of plain files': { count: 300, make: () => ({ items: times(50, plainFile), nextCursor: randomUUID() }) },
  'listing of entities': { count: 300, make: () => times(50, () => new StoredFile()) },
  'one plain file': { count: 10_000, make: plainFile },
  'one entity': { count: 10_000, make: () => new StoredFile() },
  'long latin text': { count: 300, make: () => randomBytes(10_000).toString('hex') },
  'long chinese text': { count: 300, make: () => wide(10_000) },
  'list of ids': { count: 500, make: () => times(200, () => randomUUID() as string) },
  'list of whole numbers': { count: 300, make: () => times(1_000, (at) => at) },
  'list of points': { count: 300, make: () => times(300, () => ({ x: Math.random(), y: Math.random() })) },
  'list of small objects': { count: 500, make: () => times(200, (at) => ({ id: at, size: at * 2, kind: null })) },
  'large buffer': { count: 100, make: () => randomBytes(100_000) },
  'small buffers': { count: 500, make: () => times(20, () => randomBytes(64)) },
  'map of objects': {
    count: 500,
    make: () => new Map(times(100, () => [randomUUID(), { role: 'editor', since: 1.5 }])),
  },
  'set of ids': { count: 500, make: () => new Set(times(100, () => randomUUID())) },
  dates: { count: 500, make: () => times(200, () => new Date(1.7e12 + Math.random() * 1e11)) },
  bigints: { count: 500, make: () => times(200, () => BigInt(`0x${randomBytes(8).toString('hex')}`)) },
  'shared owner': {
    count: 500,
    make: () => {
      const owner = { id: randomUUID() as string, about: randomBytes(2_000).toString('hex') };
      return times(50, (at) => ({ at, owner }));
    },
  },
  errors: { count: 500, make: () => times(20, () => new Error(randomUUID())) },
  urls: { count: 500, make: () => times(20, () => new URL(`https://example.org/${randomUUID()}`)) },
  patterns: { count: 500, make: () => times(20, () => new RegExp(randomUUID())) },
};

function occupied(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function measure({ count, make }: { count: number; make: () => unknown }): { estimated: number; measured: number } {
  const held: unknown[] = Array.from({ length: count });
  let estimated = 0;
  const before = occupied();
  for (let at = 0; at < count; at++) {
    const kept = admit(make());
    estimated += kept.weight;
    held[at] = kept;
  }
  const measured = occupied() - before;
  return { estimated: Math.round(estimated / held.length), measured: Math.round(measured / held.length) };
}

// once for the code and the hidden classes, once for the numbers
for (const kind of Object.values(kinds)) measure({ ...kind, count: 5 });
const results = Object.entries(kinds).map(([name, kind]) => ({ name, ...measure(kind) }));
process.stdout.write(JSON.stringify(results));
