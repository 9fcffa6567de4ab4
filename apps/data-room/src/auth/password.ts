import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const keyLength = 32;
// Nobody's: checked against when there is no such user, so that the answer takes as long.
const nobody = `${'0'.repeat(32)}:${'0'.repeat(2 * keyLength)}`;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt, keyLength)).toString('hex')}`;
}

export async function isPassword(password: string, hash: string = nobody): Promise<boolean> {
  const [salt = '', key = ''] = hash.split(':');
  const derived = await derive(password, Buffer.from(salt, 'hex'), keyLength);
  return timingSafeEqual(derived, Buffer.from(key, 'hex'));
}
