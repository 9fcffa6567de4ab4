/** Typed arrays by number. Append only: the place in the list is what stands in Redis. */
import { bytesConstructor } from '../core/copy/builtin-recipe.js';

// prettier-ignore
const makers = [
  Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
] as const;
const BUFFER = 0x40;

export function bytesCode(value: Uint8Array): number | undefined {
  if (Buffer.isBuffer(value)) return BUFFER;
  const maker = bytesConstructor(value);
  const at = makers.findIndex((one) => (one as unknown) === maker);
  return at >= 0 && Object.getPrototypeOf(value) === makers[at]?.prototype ? at : undefined;
}

/** Memory of its own, never from Buffer's pool: there its `buffer` would show the neighbours. */
export function bytesOf(code: number, content: Uint8Array): object | undefined {
  if (code === BUFFER) {
    const bytes = Buffer.allocUnsafeSlow(content.length);
    bytes.set(content);
    return bytes;
  }
  const maker = makers[code];
  if (maker === undefined || content.length % maker.BYTES_PER_ELEMENT !== 0) return undefined;
  return new maker(new Uint8Array(content).buffer);
}
