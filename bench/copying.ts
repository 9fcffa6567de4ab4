/** Copies, and values as bytes, beside those of others who promise less. */
import { deserialize, serialize } from 'node:v8';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'devalue';
import { Packr } from 'msgpackr';
import rfdc from 'rfdc';
import superjson from 'superjson';
import { EnvelopeCodec } from '../libs/cache/src/codec/codec.js';
import { admit } from '../libs/cache/src/core/copy/copy.js';
import { Classes } from '../libs/cache/src/core/classes.js';
import type { Dated, Draft } from '../libs/cache/src/core/store.js';
import { idOf, StoredFile, values, type Kind } from './files.js';
import { inTurn } from './rounds.js';
import { ratioOf } from './statistics.js';
import { factor, table, time } from './table.js';

interface Way {
  readonly label: string;
  /** Undefined: makes no copies otherwise than by way of its bytes. */
  readonly copierOf?: (value: object) => () => unknown;
  readonly encode?: (value: object) => string | Uint8Array;
  readonly decode?: (encoded: string | Uint8Array) => unknown;
}

const packr = new Packr({ structuredClone: true, moreTypes: true, useToJSON: false, copyBuffers: true });
const clone = rfdc();

function own(): Way {
  const classes = new Classes();
  classes.add({ name: 'StoredFile', shape: 'twelve fields', prototype: StoredFile.prototype });
  const fault = (_key: string, what: string): never => {
    throw new Error(what);
  };
  const codec = new EnvelopeCodec({ classes, refused: fault, damaged: fault });
  const stamp = { epoch: 'bench', position: 1 };
  const dated = { writtenAt: 1.76e12, ttlMs: 60_000 };
  const rest = { stamp, tags: ['type:file'], weight: 1_000, fallbackMs: 0, by: 'bench:1', tookMs: 3, ...dated };
  return {
    label: 'ours',
    copierOf: (value) => {
      const copy = admit(value);
      return () => copy.give();
    },
    encode: (value) => codec.write('bench', { value, ...rest } satisfies Draft & Dated) as Buffer,
    decode: (bytes) => codec.read('bench', bytes as Buffer)?.value(),
  };
}

const ways: readonly Way[] = [
  own(),
  { label: '`structuredClone`', copierOf: (value) => () => structuredClone(value) },
  { label: 'rfdc 1.4.1', copierOf: (value) => () => clone(value) },
  {
    label: 'v8',
    encode: (value) => serialize(value),
    decode: (bytes) => deserialize(bytes as Uint8Array) as unknown,
  },
  {
    label: 'msgpackr 2.1.3, structuredClone, moreTypes',
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes as Uint8Array) as unknown,
  },
  { label: 'devalue 6.0.3', encode: (value) => stringify(value), decode: (text) => parse(text as string) as unknown },
  { label: 'superjson 2.2.6', encode: (value) => superjson.stringify(value), decode: (text) => superjson.parse(text as string) }, // prettier-ignore
  { label: 'JSON', encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text as string) as unknown },
];

const kinds: readonly (readonly [Kind, string])[] = [
  ['plain', 'a plain file'],
  ['listing', 'a listing of 50 plain files'],
  ['entities', 'a listing of 50 entities'],
];

export async function copying(): Promise<string> {
  const reports = kinds.map(([kind, label]) => reportOn(label, values[kind](idOf(7))));
  return `${reports.join('\n')}\n${remark}\n`;
}

const remark = `Behind each time, how many times as long as ours it is. What is written by us is a whole entry, with its key, its tags, its
stamp and a checksum, and is checked when it is read; that is most of it where the value is small. An entry of more than 32 KiB is
compressed besides. A copy of ours is made from one that was surveyed when it was kept; the others are given the value itself.
Of superjson, msgpackr and devalue nothing is registered; each has a way to say for each class how it is made.`;

function reportOn(label: string, value: object): string {
  const able = ways.filter((way) => accepts(way, value));
  const copiers = able.filter(({ copierOf }) => copierOf !== undefined);
  const codecs = able.filter(({ encode }) => encode !== undefined);
  const copies = new Map(zip(copiers, inTurn(copiers.map(({ copierOf }) => copierOf!(value)))));
  const encoded = codecs.map(({ encode }) => encode!(value));
  const encodes = new Map(
    zip(
      codecs,
      inTurn(
        codecs.map(
          ({ encode }) =>
            () =>
              encode!(value),
        ),
      ),
    ),
  );
  const decodes = new Map(
    zip(
      codecs,
      inTurn(
        codecs.map(
          ({ decode }, at) =>
            () =>
              decode!(encoded[at]!),
        ),
      ),
    ),
  );
  const first = ways[0] as Way;
  const cell = (times: ReadonlyMap<Way, number[]>, way: Way): string => {
    const taken = times.get(way);
    if (taken === undefined) return '';
    return way === first ? time(taken) : `${time(taken)}: ${factor(ratioOf(taken, times.get(first)!))}`;
  };
  const rows = ways.map((way) => {
    const at = codecs.indexOf(way);
    const bytes = at < 0 ? '' : String(Buffer.byteLength(encoded[at]!));
    const isRefused = !able.includes(way);
    const kept = isRefused ? 'refuses it' : isExact(way, value) ? 'yes' : '**no**';
    return [way.label, cell(copies, way), cell(encodes, way), cell(decodes, way), bytes, kept];
  });
  const heads = ['', 'copy: times as long as ours', 'write', 'read', 'bytes', 'comes back as it was'];
  return `### Copies and bytes: ${label}\n\n${table(heads, rows)}`;
}

function accepts(way: Way, value: object): boolean {
  try {
    restored(way, value);
    return true;
  } catch {
    return false;
  }
}

function isExact(way: Way, value: object): boolean {
  return isDeepStrictEqual(restored(way, value), value);
}

function restored({ copierOf, encode, decode }: Way, value: object): unknown {
  return encode === undefined ? copierOf?.(value)() : decode?.(encode(value));
}

function zip<T, U>(ones: readonly T[], others: readonly U[]): [T, U][] {
  return ones.map((one, at) => [one, others[at] as U]);
}
