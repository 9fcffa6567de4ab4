/**
 * What says of a body that it is as it was written: a checksum against accidents, or with keys AES-256-GCM, which also keeps
 * it secret. Either holds for the preamble too, and the second for the key of the entry.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Seal {
  /** What stands in the preamble. */
  readonly id: number;
  /** How the body follows the preamble. */
  close(preamble: Buffer, key: string, body: Buffer): Buffer;
  /** Undefined: somebody has changed it, or written it for another key. May throw for the same reason. */
  open(preamble: Buffer, key: string, sealed: Buffer): Buffer | undefined;
}

const CHECKSUM_LENGTH = 4;

export const checksum: Seal = Object.freeze({
  id: 0,
  close(preamble: Buffer, _key: string, body: Buffer): Buffer {
    const sum = Buffer.allocUnsafe(CHECKSUM_LENGTH);
    sum.writeUInt32LE(crc32(body, crc32(preamble)));
    return Buffer.concat([sum, body]);
  },
  open(preamble: Buffer, _key: string, sealed: Buffer): Buffer | undefined {
    if (sealed.length < CHECKSUM_LENGTH) return undefined;
    const body = sealed.subarray(CHECKSUM_LENGTH);
    return sealed.readUInt32LE() === crc32(body, crc32(preamble)) ? body : undefined;
  },
});

const ALGORITHM = 'aes-256-gcm';
const ID_LENGTH = 4;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

interface NamedKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

/** The first key encrypts and all decrypt, so that one can follow the other without an entry being lost. */
export class Encryption implements Seal {
  readonly id = 1;
  readonly #first: NamedKey;
  readonly #all: readonly NamedKey[];

  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    const [first, ...others] = keys;
    this.#first = named(first);
    this.#all = [this.#first, ...others.map(named)];
  }

  close(preamble: Buffer, key: string, body: Buffer): Buffer {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(ALGORITHM, this.#first.key, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(bound(preamble, this.#first.id, key));
    const secret = cipher.update(body);
    cipher.final();
    return Buffer.concat([this.#first.id, nonce, cipher.getAuthTag(), secret]);
  }

  open(preamble: Buffer, key: string, sealed: Buffer): Buffer | undefined {
    const secretAt = ID_LENGTH + NONCE_LENGTH + TAG_LENGTH;
    if (sealed.length < secretAt) return undefined;
    const id = sealed.subarray(0, ID_LENGTH);
    const named = this.#all.find((one) => one.id.equals(id));
    if (named === undefined) return undefined;
    const nonce = sealed.subarray(ID_LENGTH, ID_LENGTH + NONCE_LENGTH);
    const decipher = createDecipheriv(ALGORITHM, named.key, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(bound(preamble, id, key));
    decipher.setAuthTag(sealed.subarray(ID_LENGTH + NONCE_LENGTH, secretAt));
    const body = decipher.update(sealed.subarray(secretAt));
    // throws if the tag does not fit
    decipher.final();
    return body;
  }
}

function named(key: Buffer): NamedKey {
  return { id: createHash('sha256').update('cache key id').update(key).digest().subarray(0, ID_LENGTH), key };
}

function bound(preamble: Buffer, id: Buffer, key: string): Buffer {
  return Buffer.concat([preamble, id, Buffer.from(key)]);
}
