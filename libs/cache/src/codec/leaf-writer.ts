/** Writes built-ins that hold no other objects. */
import type { Kind } from '../core/copy/kind.js';
import type { ByteWriter } from './byte-writer.js';
import { bytesCode } from './bytes-kinds.js';
import { Sign } from './signs.js';
import { Unwritable } from './unwritable.js';

export function writeDate(to: ByteWriter, value: object): void {
  to.byte(Sign.date);
  to.double(Date.prototype.getTime.call(value));
}

export function writeLeaf(to: ByteWriter, value: object, kind: Kind): void {
  switch (kind) {
    case 'regexp': {
      const { source, flags, lastIndex } = value as RegExp;
      if (typeof lastIndex !== 'number') throw new Unwritable(value, 'a pattern with an odd lastIndex');
      to.byte(Sign.regexp);
      to.text(source);
      to.text(flags);
      to.number(lastIndex);
      return;
    }
    case 'url':
      to.byte(Sign.url);
      return to.text((value as URL).href);
    case 'buffer':
      to.byte(Sign.buffer);
      return to.blob(new Uint8Array(value as ArrayBuffer));
    case 'view':
    case 'bytes': {
      const { buffer, byteOffset, byteLength } = value as DataView<ArrayBuffer>;
      to.byte(kind === 'view' ? Sign.view : Sign.bytes);
      if (kind === 'bytes') to.byte(codeOf(value as Uint8Array));
      return to.blob(new Uint8Array(buffer, byteOffset, byteLength));
    }
    default:
      throw new Unwritable(value, `a ${kind}`);
  }
}

function codeOf(bytes: Uint8Array): number {
  const code = bytesCode(bytes);
  if (code === undefined) throw new Unwritable(bytes, 'a typed array of an unknown kind');
  return code;
}
