/** Makes built-ins that hold no other objects. */
import { bareError } from './bare-error.js';
import type { ByteReader } from './byte-reader.js';
import { bytesOf } from './bytes-kinds.js';
import { Sign } from './signs.js';

/** Undefined for what is none, or for bytes that no encoder has written. `next`: the value that follows. */
export function readLeaf(from: ByteReader, sign: number, next: () => unknown): object | undefined {
  switch (sign) {
    case Sign.regexp: {
      const [source, flags] = [next(), next()];
      if (typeof source !== 'string' || typeof flags !== 'string') return undefined;
      const pattern = new RegExp(source, flags);
      pattern.lastIndex = Number(next());
      return pattern;
    }
    case Sign.url: {
      const href = next();
      return typeof href === 'string' ? new URL(href) : undefined;
    }
    case Sign.error:
      return bareError();
    case Sign.box: {
      const primitive = next();
      return typeof primitive === 'object' || primitive === undefined ? undefined : (Object(primitive) as object);
    }
    case Sign.bytes:
      return bytesOf(from.byte(), from.blob());
    case Sign.view:
      return new DataView(new Uint8Array(from.blob()).buffer);
    case Sign.buffer:
      return new Uint8Array(from.blob()).buffer;
    default:
      return undefined;
  }
}
