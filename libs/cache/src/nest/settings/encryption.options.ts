// What options say about encryption, read and refused without a word of it.

/** 32 bytes in base64, or in the form of it that stands in URLs. */
const KEY = /^[\w+/-]{43}=?$/;
const KEY_LENGTH = 32;

export const keyForms = 'keys of 32 bytes in base64, separated by commas, such as openssl rand -base64 32 gives';

/** The first one encrypts, all decrypt. */
export function encryptionKeysIn(value: unknown): readonly Buffer[] | undefined {
  const texts: unknown = typeof value === 'string' ? value.split(',').map((text) => text.trim()) : value;
  if (!Array.isArray(texts) || texts.length === 0) return undefined;
  const keys = texts.map(keyIn).filter((key) => key !== undefined);
  return keys.length === texts.length ? keys : undefined;
}

function keyIn(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || !KEY.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_LENGTH ? key : undefined;
}
