/** Where a value is written to: bytes, and apart from them the texts, which are decoded in one go that way. */
import { SHORT, Sign, SMALL } from './signs.js';

const WIDE = /[^\0-\xff]/;
const FIRST = 4096;
/** A larger piece of memory than this is not kept for the next value. */
const MOST_KEPT = 64 * 1024;
const LONGEST_VARINT = 10;

export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #narrow: string[] = [];
  #wide: string[] = [];

  reset(): void {
    if (this.#bytes.length > MOST_KEPT) this.#grow(FIRST);
    this.#at = 0;
    this.#narrow = [];
    this.#wide = [];
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#make(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number from 0 to 2 ** 53 - 1. */
  count(value: number): void {
    if (this.#at + LONGEST_VARINT > this.#bytes.length) this.#make(LONGEST_VARINT);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  double(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#make(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  blob(bytes: Uint8Array): void {
    this.count(bytes.length);
    if (this.#at + bytes.length > this.#bytes.length) this.#make(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  number(value: number): void {
    if ((value | 0) !== value || (value === 0 && Object.is(value, -0))) {
      this.byte(Sign.double);
      this.double(value);
    } else if (value >= 0 && value < SHORT - SMALL) this.byte(SMALL + value);
    else {
      this.byte(Sign.integer);
      this.count(value < 0 ? -2 * value - 1 : 2 * value);
    }
  }

  text(text: string): void {
    const { length } = text;
    // on a text that V8 keeps with one byte a character, the question is answered without looking
    if (WIDE.test(text)) {
      this.byte(Sign.wide);
      this.count(length);
      this.#wide.push(text);
      return;
    }
    if (length < SHORT) this.byte(SHORT | length);
    else {
      this.byte(Sign.narrow);
      this.count(length);
    }
    this.#narrow.push(text);
  }

  finish(): Buffer {
    const narrow = this.#narrow.join('');
    const wide = this.#wide.join('');
    const head = 8;
    const whole = Buffer.allocUnsafe(head + narrow.length + 2 * wide.length + this.#at);
    whole.writeUInt32LE(narrow.length, 0);
    whole.writeUInt32LE(wide.length, 4);
    whole.write(narrow, head, 'latin1');
    whole.write(wide, head + narrow.length, 'utf16le');
    this.#bytes.copy(whole, head + narrow.length + 2 * wide.length, 0, this.#at);
    return whole;
  }

  #make(room: number): void {
    const before = this.#bytes;
    this.#grow(Math.max(2 * before.length, before.length + room));
    before.copy(this.#bytes);
  }

  #grow(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
