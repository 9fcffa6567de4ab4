import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checksum, Encryption, type Seal } from '../../libs/cache/src/codec/seal.js';
import { codecOf, draftOf } from './codecs.js';

const VERSION_AT = 3;
const COMPRESSION_AT = 5;

describe('an envelope', () => {
  it('keeps everything about the entry', () => {
    const { codec } = codecOf();
    const { value: _, ...rest } = draftOf(1);

    expect(codec.read('k', codec.write('k', draftOf(1))!)).toMatchObject(rest);
  });

  it('gives a value of its own to each who asks', () => {
    const { codec } = codecOf();
    const copy = codec.read('k', codec.write('k', draftOf({ list: [{ a: 1 }] }))!)!;

    const values = [copy.value(), copy.value(), copy.value()] as { list: { a: number }[] }[];
    values[0]!.list[0]!.a = 99;

    expect(values[1]).toEqual({ list: [{ a: 1 }] });
    expect(values[2]!.list).not.toBe(values[1]!.list);
  });

  it('does not show what is done to the bytes it was read from', () => {
    const { codec } = codecOf();
    const bytes = codec.write('k', draftOf({ content: Buffer.from('content'), text: 'abc' }))!;
    const { content } = codec.read('k', bytes)!.value() as { content: Buffer };

    bytes.fill(0);

    expect(content.toString()).toBe('content');
    expect(content.buffer.byteLength).toBe(7);
  });

  it('of another version is not read, and nothing is said of damage', () => {
    const { codec, damaged } = codecOf();
    const bytes = codec.write('k', draftOf(1))!;
    bytes[VERSION_AT]!++;

    expect(codec.read('k', bytes)).toBeUndefined();
    expect(damaged).toEqual([{ key: 'k', what: 'of another version' }]);
  });

  it.each([
    ['compresses what is worth it', 'line of text '.repeat(4_000), 1],
    ['leaves alone what is small', 'line of text '.repeat(2_000), 0],
    ['leaves alone what does not get smaller', randomBytes(20_000), 0],
    ['leaves alone what would take too long', 'line of text '.repeat(100_000), 0],
  ])('%s', (_, value, compression) => {
    const { codec } = codecOf();

    const bytes = codec.write('k', draftOf(value))!;

    expect(bytes[COMPRESSION_AT]).toBe(compression);
    expect(bytes.length < value.length / 2).toBe(compression === 1);
    expect(isDeepStrictEqual(codec.read('k', bytes)!.value(), value)).toBe(true);
  });

  it('holds no more than four megabytes', () => {
    const { codec, refused } = codecOf();

    expect(codec.write('k', draftOf(Buffer.alloc(3.9e6)))).toBeDefined();
    expect(codec.write('k', draftOf(Buffer.alloc(4.2e6)))).toBeUndefined();
    expect(codec.write('k', { ...draftOf(1), tags: ['x'.repeat(1e6)] })).toBeUndefined();
    expect(refused).toEqual([
      { key: 'k', what: 'result is too large' },
      { key: 'k', what: 'result is too large' },
    ]);
  });

  it('has room for a time without end in none of its fields', () => {
    const { codec, refused } = codecOf();

    expect(codec.write('k', { ...draftOf(1), ttlMs: Infinity })).toBeUndefined();
    expect(refused).toHaveLength(1);
  });
});

describe('with keys', () => {
  const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const secret = { name: 'a name nobody may see', text: 'x'.repeat(20_000) };

  it('what is kept shows nothing of itself', () => {
    const { codec } = codecOf({ keys: [first] });

    const bytes = codec.write('k', draftOf(secret))!;

    expect(bytes.includes('a name')).toBe(false);
    expect(bytes.includes('folder:7')).toBe(false);
    expect(codec.read('k', bytes)!.value()).toEqual(secret);
  });

  it('two envelopes of one value have nothing in common', () => {
    const { codec } = codecOf({ keys: [first] });

    const [one, other] = [codec.write('k', draftOf(1))!, codec.write('k', draftOf(1))!];

    expect(one.subarray(12).equals(other.subarray(12))).toBe(false);
    expect(one.subarray(12, 24).equals(other.subarray(12, 24))).toBe(false);
  });

  it('the first one encrypts and all decrypt', () => {
    const old = codecOf({ keys: [first] }).codec;
    const both = codecOf({ keys: [second, first] }).codec;
    const young = codecOf({ keys: [second] }).codec;

    expect(both.read('k', old.write('k', draftOf(secret))!)!.value()).toEqual(secret);
    expect(young.read('k', both.write('k', draftOf(secret))!)!.value()).toEqual(secret);
    expect(young.read('k', old.write('k', draftOf(secret))!)).toBeUndefined();
    expect(codecOf({ keys: [third, second] }).codec.read('k', old.write('k', draftOf(secret))!)).toBeUndefined();
  });

  it('what is not encrypted is not read, nor what is encrypted without them', () => {
    const { codec: plain, damaged: plainly } = codecOf();
    const { codec: sealed, damaged: secretly } = codecOf({ keys: [first] });

    expect(sealed.read('k', plain.write('k', draftOf(1))!)).toBeUndefined();
    expect(plain.read('k', sealed.write('k', draftOf(1))!)).toBeUndefined();
    expect([...plainly, ...secretly]).toEqual([
      { key: 'k', what: 'sealed in another way' },
      { key: 'k', what: 'sealed in another way' },
    ]);
  });

  it('what was moved from another key does not open, even where it says nothing of keys', () => {
    const { codec } = codecOf({ keys: [first] });
    const bytes = codec.write('user:1', draftOf(1))!;

    expect(codec.read('user:1', bytes)!.value()).toBe(1);
    expect(codec.read('user:2', bytes)).toBeUndefined();
  });

  it('a single changed bit is seen, wherever it is', () => {
    const { codec } = codecOf({ keys: [first] });
    const bytes = codec.write('k', draftOf({ a: 1 }))!;

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(codec.read('k', changed)).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length++)
      expect(codec.read('k', bytes.subarray(0, length))).toBeUndefined();
  });
});

describe('a seal', () => {
  const preamble = Buffer.from('preamble');
  const body = Buffer.from('the body of it');
  const opens = (seal: Seal, sealed: Buffer, before: Buffer, key: string): boolean => {
    try {
      return seal.open(before, key, sealed)?.equals(body) ?? false;
    } catch {
      return false;
    }
  };

  it.each<[string, Seal, boolean]>([
    ['checksum', checksum, false],
    ['encryption', new Encryption([randomBytes(32)]), true],
  ])('by %s holds for what stands before it, and by encryption for the key', (_, seal, holdsForKey) => {
    const sealed = seal.close(preamble, 'k', body);

    expect(opens(seal, sealed, preamble, 'k')).toBe(true);
    expect(opens(seal, sealed, Buffer.from('Preamble'), 'k')).toBe(false);
    expect(opens(seal, sealed, preamble, 'K')).toBe(!holdsForKey);
  });
});
