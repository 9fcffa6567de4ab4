// What options say about the Redis, read and refused without giving away what must not reach a log.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { addressOf } from '../../redis/address.js';

/** How processes share a Redis, as far as it is up to them. */
export interface RedisSettings {
  readonly url: string;
  /** Of the address what may be said. */
  readonly place: string;
  /** PEM. */
  readonly ca: string | undefined;
  /** How long a request may wait for it. */
  readonly budgetMs: number;
}

export const addressForms =
  'a redis:// or rediss:// address such as redis://localhost:6379, redis+sentinel://host:26379/master or redis+cluster://host:6379';

export function redisAddress(value: unknown): string | undefined {
  return typeof value === 'string' && addressOf(value) !== undefined ? value : undefined;
}

/** The certificates in a file. */
export function certificatesIn(path: unknown): string | undefined {
  if (typeof path !== 'string') return undefined;
  try {
    const pem = readFileSync(path, 'utf8');
    return new X509Certificate(pem).raw.length > 0 ? pem : undefined;
  } catch {
    // It cannot be read, or it holds something else: the sentence about what is wanted says both.
    return undefined;
  }
}

/** A password must not reach a log by way of a mistyped address: only what is clearly a host is repeated. */
export function withoutSecrets(value: unknown): string {
  if (typeof value !== 'string') return `a ${typeof value}`;
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)?([^]*)$/i.exec(value) ?? [];
  const place = rest.slice(rest.lastIndexOf('@') + 1);
  const isPlace =
    /^[a-z\d.-]+:\d+(?:,[a-z\d.-]+:\d+)*(?:\/[\w./-]*)?$/i.test(place) ||
    (scheme !== '' && /^[a-z\d.-]+$/i.test(place));
  return `'${scheme}${rest.includes('@') ? '…@' : ''}${isPlace ? place : '…'}'`;
}
