/** What a ByteWriter has written, from its beginning. Throws at the first thing that cannot be: read nothing after that. */
export class Unreadable extends Error {}

export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #narrow: string;
  readonly #wide: string;
  #at: number;
  #narrowAt = 0;
  #wideAt = 0;

  constructor(bytes: Buffer) {
    const narrowEnd = 8 + bytes.readUInt32LE(0);
    const wideEnd = narrowEnd + 2 * bytes.readUInt32LE(4);
    if (wideEnd > bytes.length) throw new Unreadable();
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#narrow = bytes.toString('latin1', 8, narrowEnd);
    this.#wide = bytes.toString('utf16le', narrowEnd, wideEnd);
    this.#at = wideEnd;
  }

  get isDone(): boolean {
    return (
      this.#at === this.#bytes.length && this.#narrowAt === this.#narrow.length && this.#wideAt === this.#wide.length
    );
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Unreadable();
    return byte;
  }

  count(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (value > Number.MAX_SAFE_INTEGER) throw new Unreadable();
    } while (byte >= 0x80);
    return value;
  }

  /** The number of things that follow, each of which takes a byte at least: who promises more has nothing allocated for it. */
  size(): number {
    const size = this.count();
    if (size > this.#bytes.length - this.#at) throw new Unreadable();
    return size;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }

  /** A view, for the caller to copy. */
  blob(): Buffer {
    const size = this.size();
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  narrow(length: number): string {
    const start = this.#narrowAt;
    this.#narrowAt += length;
    if (this.#narrowAt > this.#narrow.length) throw new Unreadable();
    return this.#narrow.slice(start, this.#narrowAt);
  }

  wide(length: number): string {
    const start = this.#wideAt;
    this.#wideAt += length;
    if (this.#wideAt > this.#wide.length) throw new Unreadable();
    return this.#wide.slice(start, this.#wideAt);
  }
}
