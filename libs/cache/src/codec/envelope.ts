/**
 * How header and payload travel. Preamble: three letters, version, how the payload is written, its compression, its seal, a
 * zero. Then the seal, and under it: length of the header, header, length of the payload before compression, payload.
 * A reader knows its own version and nothing else, so that two of them can run side by side.
 */
import { compress, decompress } from './compression.js';
import { type Header, headerOf, headerText } from './header.js';
import type { Seal } from './seal.js';

const MAGIC = Buffer.from('drc');
const VERSION = 2;
/** How encoder.ts writes. */
const FORMAT = 2;
const PREAMBLE_LENGTH = 8;
const LENGTH = 4;

/** What is larger stays with who loaded it: it would take a thread longer to write than many a source to answer. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_AROUND = 1024 * 1024;

/** Why bytes were not an entry. */
export type Damage =
  | 'not an entry'
  | 'of another version'
  | 'sealed in another way'
  | 'damaged, or moved from another key'
  | 'with a class that is not known, or of another shape';

/** Does it happen whenever processes of two versions run side by side? */
export function isOfOtherVersion(damage: Damage): boolean {
  return damage === 'of another version' || damage === 'with a class that is not known, or of another shape';
}

export interface Letter {
  readonly header: Header;
  readonly payload: Buffer;
}

/** Undefined: too large. */
export function enclose({ header, payload }: Letter, seal: Seal): Buffer | undefined {
  const text = Buffer.from(headerText(header));
  if (payload.length > MOST_BYTES || text.length > MOST_AROUND / 2) return undefined;
  const { compression, packed } = compress(payload);
  const preamble = Buffer.from([...MAGIC, VERSION, FORMAT, compression, seal.id, 0]);
  const body = Buffer.concat([lengthOf(text), text, lengthOf(payload), packed]);
  return Buffer.concat([preamble, seal.close(preamble, header.key, body)]);
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.allocUnsafe(LENGTH);
  length.writeUInt32LE(bytes.length);
  return length;
}

export function disclose(bytes: Buffer, key: string, seal: Seal): Letter | Damage {
  const preamble = bytes.subarray(0, PREAMBLE_LENGTH);
  if (preamble.length < PREAMBLE_LENGTH || !preamble.subarray(0, MAGIC.length).equals(MAGIC)) return 'not an entry';
  if (preamble[3] !== VERSION || preamble[4] !== FORMAT || preamble[7] !== 0) return 'of another version';
  if (preamble[6] !== seal.id) return 'sealed in another way';
  if (bytes.length > MOST_BYTES + MOST_AROUND) return 'not an entry';
  try {
    const body = seal.open(preamble, key, bytes.subarray(PREAMBLE_LENGTH));
    return (body && read(body, key, preamble[5] as number)) ?? 'damaged, or moved from another key';
  } catch {
    // thrown by the cipher, JSON or brotli, each of which says in its own words that this was not written here
    return 'damaged, or moved from another key';
  }
}

function read(body: Buffer, key: string, compression: number): Letter | undefined {
  const textEnd = LENGTH + body.readUInt32LE(0);
  const length = body.readUInt32LE(textEnd);
  if (length > MOST_BYTES) return undefined;
  const header = headerOf(body.toString('utf8', LENGTH, textEnd));
  if (header?.key !== key) return undefined;
  const payload = decompress(body.subarray(textEnd + LENGTH), compression, length);
  return payload && { header, payload };
}
