/** Somebody who can write to Redis and knows how an envelope is made: its checksum is right, whatever is in it. */
import { brotliCompressSync, constants } from 'node:zlib';
import { checksum } from '../../libs/cache/src/codec/seal.js';

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const PREAMBLE_LENGTH = 8;
const CHECKSUM_LENGTH = 4;

export function headerFor(key: string, marks: unknown = []): string {
  return JSON.stringify([key, 'e1', 17, ['folder:7'], 120, 5000, 1.7e12, 60_000, marks, 'host:1', 3]);
}

function sized(bytes: Buffer, claimed = bytes.length): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(claimed);
  return Buffer.concat([length, bytes]);
}

export interface Forgery {
  readonly key: string;
  readonly header?: string;
  readonly payload: Buffer;
  readonly compressed?: boolean;
  /** What stands in the place of the payload. */
  readonly packed?: Buffer;
  /** How long it says that the payload is. */
  readonly claimed?: number;
}

export function forged({
  key,
  header = headerFor(key),
  payload,
  compressed = false,
  claimed,
  ...rest
}: Forgery): Buffer {
  const preamble = Buffer.from([...Buffer.from('drc'), 2, 2, compressed ? 1 : 0, 0, 0]);
  const packed = rest.packed ?? (compressed ? brotliCompressSync(payload, QUICK) : payload);
  const length = sized(payload, claimed ?? payload.length).subarray(0, 4);
  const body = Buffer.concat([sized(Buffer.from(header)), length, packed]);
  return Buffer.concat([preamble, checksum.close(preamble, key, body)]);
}

/** Another body under the same preamble. */
export function resealed(envelope: Buffer, change: (body: Buffer) => Buffer): Buffer {
  const preamble = envelope.subarray(0, PREAMBLE_LENGTH);
  const body = change(Buffer.from(envelope.subarray(PREAMBLE_LENGTH + CHECKSUM_LENGTH)));
  return Buffer.concat([preamble, checksum.close(preamble, '', body)]);
}

/** A payload of these texts and these signs. */
export function payloadOf(signs: readonly number[], narrow = '', repeated = 1): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(narrow.length, 0);
  const one = Buffer.from(signs);
  const all = Buffer.alloc(one.length * repeated, one);
  return Buffer.concat([lengths, Buffer.from(narrow, 'latin1'), all]);
}
