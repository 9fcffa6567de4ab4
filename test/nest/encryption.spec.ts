// With CACHE_ENCRYPTION_KEYS: what stands in Redis is for those who have the keys.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { Cached } from '@data-room/cache';
import { encryptionKeysIn } from '../../libs/cache/src/nest/settings/encryption.options.js';
import { RedisServer } from '../support/redis-server.js';
import { boot, closeAll, withEnvironment } from './boot.js';

jest.setTimeout(60_000);

const secret = 'what only a member may read';
const newKey = (): string => randomBytes(32).toString('base64');

@Injectable()
class Papers {
  loads = 0;
  #others = 0;

  @Cached({ tags: ['paper:1'] })
  async paper(): Promise<{ text: string }> {
    this.loads++;
    return { text: secret };
  }

  @Cached({ tags: ['other:1'] })
  async other(_who: string): Promise<number> {
    return ++this.#others;
  }
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  for (const level of ['log', 'warn'] as const) jest.spyOn(Logger.prototype, level).mockImplementation(() => {});
});
afterEach(closeAll);
afterAll(async () => {
  jest.restoreAllMocks();
  await redis.stop();
});

/** In step with the others. */
async function member(name: string, prefix: string, encryptionKeys?: readonly string[]): Promise<Papers> {
  const papers = (
    await boot({ providers: [Papers] }, { redisUrl: redis.url, prefix, fallbackTtl: 0, encryptionKeys })
  ).get(Papers);
  for (let tries = 0; (await papers.other(name)) !== (await papers.other(name)) && tries < 500; tries++)
    await pause(10);
  return papers;
}

async function everythingKept(): Promise<Buffer> {
  const found: Buffer[] = [];
  for (const key of await redis.client.keys('*'))
    if ((await redis.client.type(key)) === 'string') found.push((await redis.client.getBuffer(key)) as Buffer);
  return Buffer.concat(found);
}

async function keeps(papers: Papers): Promise<Buffer> {
  await papers.paper();
  await pause(300);
  return everythingKept();
}

describe('an entry in Redis', () => {
  it('can be read by anybody without keys', async () => {
    expect((await keeps(await member('a', 'open'))).includes(secret)).toBe(true);
  });

  it('shows nothing with keys, and is read by who has the key it was encrypted with', async () => {
    await redis.client.flushall();
    const [old, young] = [newKey(), newKey()];

    const kept = await keeps(await member('a', 'closed', [old]));
    const changing = await member('b', 'closed', [young, old]);
    const stranger = await member('c', 'closed', [newKey()]);

    expect(kept.length).toBeGreaterThan(100);
    expect(kept.includes(secret)).toBe(false);
    expect(await changing.paper()).toEqual({ text: secret });
    expect(changing.loads).toBe(0);
    expect(await stranger.paper()).toEqual({ text: secret });
    expect(stranger.loads).toBe(1);
  });
});

describe('keys', () => {
  it('stand in a text with commas, or in a list', () => {
    const [one, other] = [newKey(), newKey()];
    const bytes = [one, other].map((text) => Buffer.from(text, 'base64'));

    expect(encryptionKeysIn(`${one}, ${other}`)).toEqual(bytes);
    expect(encryptionKeysIn([one, Buffer.from(other, 'base64').toString('base64url')])).toEqual(bytes);
  });

  it.each([
    ['a short one', randomBytes(16).toString('base64')],
    ['a long one', randomBytes(48).toString('base64')],
    ['hexadecimal digits', randomBytes(32).toString('hex')],
    ['a good one and a bad one', `${newKey()},${newKey().slice(1)}`],
    ['a comma too many', `${newKey()},`],
    ['a password', 'correct horse battery staple'],
  ])('that make no sense stop the boot, and are not repeated: %s', async (_, text) => {
    const asVariable = await withEnvironment({ CACHE_ENCRYPTION_KEYS: text }, () => boot({}).catch(String));
    const asOption = await boot({}, { encryptionKeys: text.split(',') }).catch(String);

    expect(asVariable).toContain('CACHE_OPTIONS_INVALID: CACHE_ENCRYPTION_KEYS must be keys of 32 bytes in base64');
    expect(asOption).toContain(
      'CACHE_OPTIONS_INVALID: encryptionKeys of CacheModule must be keys of 32 bytes in base64',
    );
    for (const part of text.split(',').filter((each) => each !== '')) {
      expect(asVariable).not.toContain(part.slice(0, 8));
      expect(asOption).not.toContain(part.slice(0, 8));
    }
  });
});
