import type { Classes } from '../core/classes.js';
import type { Codec, Copy, Dated, Draft } from '../core/store.js';
import { decode } from './decoder.js';
import { Encoder } from './encoder.js';
import { type Damage, disclose, enclose, type Letter } from './envelope.js';
import { placeOf } from './place.js';
import { prototypesOf } from './prototypes.js';
import { Seals } from './seals.js';
import { Unwritable } from './unwritable.js';

export interface EnvelopeCodecParts {
  readonly classes: Classes;
  /** What stays in this process, because another could not read it as it is: `result.owner is an instance of Owner, …`. */
  readonly refused: (key: string, what: string) => void;
  readonly damaged: (key: string, why: Damage) => void;
  /** Of 32 bytes each. The first encrypts, all decrypt, and what is not encrypted is not read. */
  readonly keys?: readonly Buffer[];
}

/** An entry as bytes that any process of the application reads as the same entry, or not at all. */
export class EnvelopeCodec implements Codec {
  readonly #classes: Classes;
  readonly #refused: EnvelopeCodecParts['refused'];
  readonly #damaged: EnvelopeCodecParts['damaged'];
  readonly #encoder: Encoder;
  readonly #seals: Seals;

  constructor({ classes, refused, damaged, keys = [] }: EnvelopeCodecParts) {
    this.#classes = classes;
    this.#refused = refused;
    this.#damaged = damaged;
    this.#encoder = new Encoder(classes);
    this.#seals = new Seals(keys);
  }

  write(key: string, { value, ...rest }: Draft & Dated, secret?: Buffer): Buffer | undefined {
    try {
      const { bytes, marks } = this.#encoder.encode(value);
      const envelope = enclose({ header: { ...rest, key, marks }, payload: bytes }, this.#seals.for(secret));
      if (envelope === undefined) this.#refused(key, 'result is too large');
      return envelope;
    } catch (error) {
      this.#refused(key, whyNot(error, value));
      return undefined;
    }
  }

  read(key: string, bytes: Buffer, secret?: Buffer): Copy | undefined {
    const letter = disclose(bytes, key, this.#seals.for(secret));
    const copy = typeof letter === 'string' ? letter : this.#copyOf(letter);
    if (typeof copy !== 'string') return copy;
    this.#damaged(key, copy);
    return undefined;
  }

  #copyOf({ header: { key: _key, marks, ...terms }, payload }: Letter): Copy | Damage {
    const prototypes = prototypesOf(marks, this.#classes);
    if (prototypes === undefined) return 'with a class that is not known, or of another shape';
    try {
      return { ...terms, value: valuesOf(payload, prototypes, this.#classes) };
    } catch {
      // Whoever can write to Redis can also write the right checksum of something that is no value.
      return 'not an entry';
    }
  }
}

/**
 * Decodes once before anybody asks, because whoever asks could do nothing with an error; what comes of it is the first answer.
 * So it costs something only where the entry turns out not to stand, and then its source is asked, which costs far more.
 */
function valuesOf(payload: Buffer, prototypes: readonly (object | null)[], classes: Classes): () => unknown {
  let first: { readonly value: unknown } | undefined = { value: decode(payload, prototypes, classes) };
  return () => {
    if (first === undefined) return decode(payload, prototypes, classes);
    const { value } = first;
    first = undefined;
    return value;
  };
}

function whyNot(error: unknown, value: unknown): string {
  if (error instanceof Unwritable) return `${placeOf(error.culprit, value)} is ${error.what}`;
  return `result cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}
