// What comes from Redis may be anything: old, cut, mixed up, or made by somebody. It is the entry, or it is nothing.
import fc from 'fast-check';
import { Classes } from '../../libs/cache/src/core/classes.js';
import { Sign } from '../../libs/cache/src/codec/signs.js';
import { kept, Owner, StoredFile } from '../core/fidelity-cases.js';
import { difference } from '../core/fidelity.js';
import { runChild } from '../core/child.js';
import { codecOf, draftOf } from './codecs.js';
import { forged, headerFor, payloadOf, resealed } from './forger.js';

const classes = new Classes();
classes.add({ name: 'Owner', shape: 'a', prototype: Owner.prototype });
classes.add({ name: 'StoredFile', shape: 'a', prototype: StoredFile.prototype });

const made: unknown[] = [];
const craft = {
  toCache: ({ name }: { name?: string }) => name,
  fromCache: (plain: unknown) => {
    made.push(plain);
    if (typeof plain === 'number') throw new Error('no text');
    return plain === 'another'
      ? new Owner()
      : Object.assign(Object.create(Sealed.prototype) as object, { name: plain });
  },
};
class Sealed {}
classes.add({ name: 'Sealed', shape: 'a', prototype: Sealed.prototype, craft });
/** Number of the first class that a header names, after those of built-ins. */
const FIRST_CLASS = 22;
const sealed = (signs: readonly number[], texts = '') =>
  forged({ key: 'k', header: headerFor('k', [['Sealed', 'a']]), payload: payloadOf(signs, texts) });

const listing = { items: Array.from({ length: 40 }, (_, id) => ({ id, name: `größe ${id}`, at: new Date(id) })) };
const long = { text: Array.from({ length: 900 }, (_, line) => `line ${line} of a text`) };
const values: readonly unknown[] = [
  kept['circles and shared parts']!(),
  kept['a map']!(),
  kept['typed arrays']!(),
  kept['an error']!(),
  kept['a sparse array']!(),
  kept['an instance']!(),
  listing,
  long,
];

const { codec } = codecOf({ classes });
const keyOf = (at: number): string => `dataroom:entry:${at}`;
const envelopes = values.map((value, at) => codec.write(keyOf(at), draftOf(value))!);

/** Deterministic, quick, and not fast-check: a hundred thousand of them. */
function diceFrom(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

type Dice = (sides: number) => number;
const damages: readonly ((bytes: Buffer, dice: Dice) => Buffer)[] = [
  function flipBit(bytes, dice) {
    bytes[dice(bytes.length)]! ^= 1 << dice(8);
    return bytes;
  },
  function flipSome(bytes, dice) {
    for (let left = 2 + dice(6); left > 0; left--) bytes[dice(bytes.length)]! ^= 1 << dice(8);
    return bytes;
  },
  function setByte(bytes, dice) {
    bytes[dice(bytes.length)] = [0, 255, 128, 127, dice(256)][dice(5)]!;
    return bytes;
  },
  (bytes, dice) => bytes.subarray(0, dice(bytes.length)),
  (bytes, dice) => Buffer.concat([bytes, Buffer.alloc(1 + dice(9), dice(256))]),
  function drop(bytes, dice) {
    const at = dice(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice(8))]);
  },
  function splice(bytes, dice) {
    const other = envelopes[dice(envelopes.length)]!;
    return Buffer.concat([bytes.subarray(0, dice(bytes.length)), other.subarray(dice(other.length))]);
  },
  function anotherVersion(bytes, dice) {
    bytes[3 + dice(5)] = dice(256);
    return bytes;
  },
];

describe('bytes that are not what was written', () => {
  it('are no entry, a hundred thousand times', () => {
    const dice = diceFrom(7);
    const wrong: string[] = [];
    let whole = 0;

    for (let round = 0; round < 100_000; round++) {
      const at = dice(values.length);
      const bytes = damages[round % damages.length]!(Buffer.from(envelopes[at]!), dice);
      const copy = codec.read(keyOf(at), bytes);
      if (copy === undefined) continue;
      whole++;
      if (!bytes.equals(envelopes[at]!)) wrong.push(`round ${round}`);
    }

    expect(wrong).toEqual([]);
    // a byte was set to what it was before
    expect(whole).toBeLessThan(5_000);
  });

  it('are no entry under another key', () => {
    for (const [at, bytes] of envelopes.entries()) {
      const { codec: reader, damaged } = codecOf({ classes });

      expect(reader.read(keyOf(at + 1), bytes)).toBeUndefined();
      expect(reader.read(keyOf(at), bytes)).toBeDefined();
      expect(damaged).toEqual([{ key: keyOf(at + 1), what: 'damaged, or moved from another key' }]);
    }
  });

  it('neither throw nor take long when their checksum is right', () => {
    const dice = diceFrom(11);
    let read = 0;

    for (let round = 0; round < 40_000; round++) {
      const at = dice(values.length);
      const damage = damages[round % 4]!;
      const bytes = resealed(envelopes[at]!, (body) => damage(body, dice));
      const copy = codec.read(keyOf(at), bytes);
      if (copy === undefined) continue;
      read++;
      copy.value();
      copy.value();
    }

    // another character in a text is another value: nobody but a key can tell
    expect(read).toBeGreaterThan(100);
    expect({}).not.toHaveProperty('admin');
  });

  it('may be anything at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (some, more) => {
        const payload = Buffer.concat([payloadOf([]), some]);
        for (const bytes of [
          Buffer.from(some),
          forged({ key: 'k', payload }),
          forged({ key: 'k', payload, header: Buffer.from(more).toString('latin1') }),
          Buffer.concat([Buffer.from('drc\x01\x01\x00\x00\x00', 'latin1'), more]),
        ])
          expect(() => codec.read('k', bytes)?.value()).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });
});

const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f];

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe('a bomb', () => {
  const bombs: Record<string, () => Buffer> = {
    'an array of four billion': () => forged({ key: 'k', payload: payloadOf([Sign.array, ...HUGE]) }),
    'a map of four billion': () => forged({ key: 'k', payload: payloadOf([Sign.map, ...HUGE]) }),
    'bytes of four billion': () => forged({ key: 'k', payload: payloadOf([Sign.bytes, 0x40, ...HUGE]) }),
    'a text of four billion': () => forged({ key: 'k', payload: payloadOf([Sign.narrow, ...HUGE]) }),
    'an object with four billion names': () => forged({ key: 'k', payload: payloadOf([Sign.object, 0, 2, ...HUGE]) }),
    'a million levels': () => forged({ key: 'k', payload: payloadOf([Sign.array, 1], '', 1_000_000) }),
    // A stack that bears them when they are found need not bear them when they are asked for.
    'two thousand levels': () =>
      forged({
        key: 'k',
        payload: payloadOf([...Array.from({ length: 4_000 }, (_, at) => (at % 2 ? 1 : Sign.array)), 0]),
      }),
    'a second value': () => forged({ key: 'k', payload: payloadOf([Sign.null, Sign.null]) }),
    'a text that stands nowhere': () => forged({ key: 'k', payload: payloadOf([Sign.null], 'abc') }),
    'adornments of adornments': () => forged({ key: 'k', payload: payloadOf([Sign.adorned], '', 1_000_000) }),
    'boxes in boxes': () => forged({ key: 'k', payload: payloadOf([Sign.box], '', 1_000_000) }),
    'symbols in symbols': () => forged({ key: 'k', payload: payloadOf([Sign.bigint], '', 1_000_000) }),
    'a hundred megabytes of zeros, compressed': () =>
      forged({ key: 'k', payload: Buffer.alloc(1e8), compressed: true, claimed: 100 }),
    'and said to be so': () => forged({ key: 'k', payload: Buffer.alloc(1e8), compressed: true }),
    'a large object in each of its members': () => {
      const names = Array.from({ length: 300_000 }, (_, at) => `${at}`.padStart(7, 'n'));
      const shape = [Sign.object, 0, 2, 0xe0, 0xa7, 0x12];
      const signs = [...shape, ...names.map(() => 0x80 + 7), ...Array.from({ length: 590 }, () => [Sign.object, 0])];
      return forged({ key: 'k', payload: payloadOf([...signs.flat(), ...names.map(() => 0)], names.join('')) });
    },
    'texts that do not fit': () => {
      const payload = payloadOf([Sign.undefined]);
      payload.writeUInt32LE(0xffff_ffff, 0);
      return forged({ key: 'k', payload });
    },
    'a header of brackets': () => forged({ key: 'k', header: '['.repeat(500_000), payload: payloadOf([0]) }),
    'an instance of a class that takes none of it': () => sealed([Sign.crafted, FIRST_CLASS, 0x41]),
    'an instance of another class than it says': () => sealed([Sign.crafted, FIRST_CLASS, 0x80 + 7], 'another'),
    'an instance made of itself': () => sealed([Sign.crafted, FIRST_CLASS, Sign.again, 0]),
    'an instance of a class that is not made of anything': () =>
      forged({ key: 'k', payload: payloadOf([Sign.crafted, 1, 0]) }),
    'instances in instances': () =>
      forged({
        key: 'k',
        header: headerFor('k', [['Sealed', 'a']]),
        payload: payloadOf([Sign.crafted, FIRST_CLASS], '', 500_000),
      }),
    'accessors of a class that has none': () => forged({ key: 'k', payload: payloadOf([Sign.fitted, 0, 1, 0]) }),
    'an adorned instance': () => sealed([Sign.adorned, Sign.crafted, FIRST_CLASS, 0x80 + 1, 1, 0], 'a'),
    'a class that nobody knows': () =>
      forged({ key: 'k', header: headerFor('k', [['Function', '']]), payload: payloadOf([0]) }),
  };

  it.each(Object.entries(bombs))('%s: is no entry, at once and without the memory', (_, make) => {
    const bytes = make();
    const before = process.memoryUsage();
    const start = performance.now();

    expect(codec.read('k', bytes)).toBeUndefined();

    const after = process.memoryUsage();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(2 ** 26);
  });

  it('of a gigabyte is never made larger than it says, nor than anybody compresses', async () => {
    const { found, mb } = (await runChild('../codec/bomb.child.ts')) as { found: number; mb: number };

    expect(found).toBe(0);
    expect(mb).toBeLessThan(64);
  });

  it.each([true, false])('of another length than it says is no entry, compressed: %s', (compressed) => {
    const payload = payloadOf([0x80 + 3], 'abc');

    const lengths = [0, 1, -1].map((more) => forged({ key: 'k', payload, compressed, claimed: payload.length + more }));

    expect(lengths.map((bytes) => codec.read('k', bytes)?.value())).toEqual(['abc', undefined, undefined]);
  });

  it('nobody writes more than four megabytes', () => {
    const bytesOf = (length: number) =>
      forged({ key: 'k', payload: Buffer.concat([payloadOf([Sign.buffer, ...varint(length)]), Buffer.alloc(length)]) });

    expect(codec.read('k', bytesOf(4_100_000))).toBeDefined();
    expect(codec.read('k', bytesOf(4_300_000))).toBeUndefined();
  });

  it('nobody compresses more than a megabyte', () => {
    const compressedOf = (length: number) => {
      const text = 'x'.repeat(length);
      return forged({ key: 'k', payload: payloadOf([Sign.narrow, ...varint(length)], text), compressed: true });
    };

    expect(codec.read('k', compressedOf(900_000))).toBeDefined();
    expect(codec.read('k', compressedOf(1_100_000))).toBeUndefined();
  });

  it('an instance is made of what was written, and it is the one that was asked for', () => {
    made.length = 0;

    const copy = codec.read('k', sealed([Sign.crafted, FIRST_CLASS, 0x80 + 3], 'abc'));

    expect(copy?.value()).toBeInstanceOf(Sealed);
    expect(made).toEqual(['abc']);
  });

  it.each([2 ** 32 - 1, 3e7, 5e6])('an array of %d holes takes no room', (length) => {
    const count = [length & 0x7f, (length >>> 7) & 0x7f, (length >>> 14) & 0x7f, (length >>> 21) & 0x7f, length >>> 28];
    const payload = payloadOf([Sign.sparse, ...count.map((byte, at) => (at < 4 ? byte | 0x80 : byte)), 0]);
    const before = process.memoryUsage().heapUsed;

    const copy = codec.read('k', forged({ key: 'k', payload }));

    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 22);
    expect(copy?.value()).toHaveLength(length);
  });
});

describe('a text that looks like a program', () => {
  it.each(['_function_x|()=>process.exit()', '{"$type":"Function"}', '__proto__', '_date_|x', '=cmd()'])(
    '%s: is a text',
    (text) => {
      const value = { [text]: text, list: [text] };
      const own = JSON.parse(`{"__proto__":{"admin":true},"x":${JSON.stringify(text)}}`) as unknown;

      for (const one of [value, own]) {
        const copy = codec.read('k', codec.write('k', draftOf(one))!);
        expect(difference(one, copy!.value())).toBeUndefined();
      }
      expect({}).not.toHaveProperty('admin');
    },
  );
});
