/** Payloads that are worth it are made smaller, in the thread: handing less than a megabyte to another costs more. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** The number is what stands in the envelope. */
const Compression = { none: 0, brotli: 1 } as const;

/** Below, whoever reads it waits longer for it to be made larger again than for the rest of its bytes. */
const WORTH_IT = 32 * 1024;
/** Above, the thread would stand still for too long. */
const TOO_LONG = 1024 * 1024;

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

export function compress(payload: Buffer): { readonly compression: number; readonly packed: Buffer } {
  if (payload.length >= WORTH_IT && payload.length <= TOO_LONG) {
    const packed = brotliCompressSync(payload, QUICK);
    // pictures and what is encrypted only grow
    if (packed.length < payload.length * 0.9) return { compression: Compression.brotli, packed };
  }
  return { compression: Compression.none, packed: payload };
}

/** Undefined: not compressed in a way that is known here, or not of this length. Throws for what is not compressed at all. */
export function decompress(packed: Buffer, compression: number, length: number): Buffer | undefined {
  if (compression === Compression.none) return packed.length === length ? packed : undefined;
  if (compression !== Compression.brotli || length > TOO_LONG) return undefined;
  const payload = brotliDecompressSync(packed, { maxOutputLength: Math.max(length, 1) });
  return payload.length === length ? payload : undefined;
}
