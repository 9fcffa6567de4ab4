import { hkdfSync } from 'node:crypto';
import { checksum, Encryption, type Seal } from './seal.js';

const keyLength = 32;

/** The seal of everything, and that of each secret: made of both, so that whoever has one of them can open nothing. */
export class Seals {
  readonly #keys: readonly Buffer[];
  readonly #usual: Seal;
  /** By the very buffer: who keeps a secret gives the same one each time. */
  readonly #secret = new WeakMap<Buffer, Seal>();

  constructor(keys: readonly Buffer[]) {
    this.#keys = keys;
    this.#usual = sealOf(keys);
  }

  for(secret: Buffer | undefined): Seal {
    if (secret === undefined) return this.#usual;
    let seal = this.#secret.get(secret);
    if (seal === undefined) {
      const keys = this.#keys.length === 0 ? [Buffer.alloc(keyLength)] : this.#keys;
      seal = sealOf(keys.map((key) => Buffer.from(hkdfSync('sha256', secret, key, 'cache scope', keyLength))));
      this.#secret.set(secret, seal);
    }
    return seal;
  }
}

function sealOf([first, ...others]: readonly Buffer[]): Seal {
  return first === undefined ? checksum : new Encryption([first, ...others]);
}
