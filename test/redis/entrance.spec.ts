// How a Redis is entered: by TLS, with a password, as a user who may do what is needed and no more, in a database of its own.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '../nest/boot.js';
import { Certificates } from '../support/certificates.js';
import { freePort, RedisServer } from '../support/redis-server.js';
import { Pair, stale, type Reading } from './pair.js';
import { rightsFor } from './rights.js';

const password = 'p@ss:w/rd %';
let certificates: Certificates;
let server: RedisServer;
let tlsPort: number;

beforeAll(async () => {
  [certificates, tlsPort] = await Promise.all([Certificates.make(), freePort()]);
  server = await RedisServer.start(certificates.settings(tlsPort));
});
afterAll(async () => {
  await server.stop();
  await certificates.remove();
});

interface Outcome {
  readonly readings: readonly Reading[];
  readonly warnings: string;
}

async function outcomeOf(redisUrl: string, options: { redisCa?: string; prefix?: string } = {}): Promise<Outcome> {
  const pair = await Pair.start({ redisUrl, ...options });
  const readings = await pair.exchange();
  // With a command of its own.
  await pair.one.getMany(['a', 'b'].map((name) => pair.one.key(name)));
  await pair.stop();
  return { readings, warnings: pair.warnings.join() };
}

const refusals = /WRONGPASS|NOPERM|NOAUTH|certificate/;

describe('two caches stay in step', () => {
  it.each(['localhost', '127.0.0.1'])('by TLS to %s, when they know the authority', async (host) => {
    const { readings, warnings } = await outcomeOf(`rediss://${host}:${tlsPort}`, { redisCa: certificates.ca });

    expect(stale(readings)).toEqual([]);
    expect(warnings).not.toMatch(refusals);
  });

  it('with a password, which no message shows', async () => {
    await server.client.config('SET', 'requirepass', password);
    await server.client.auth(password);
    try {
      const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
      expect(stale((await outcomeOf(url)).readings)).toEqual([]);
      const pair = await Pair.start({ redisUrl: `redis://:hunter2@127.0.0.1:${server.port}` });
      for (let count = 0; count < 3; count++) await pair.write(pair.one);
      expect(pair.warnings.join()).toContain('WRONGPASS');
      expect(pair.warnings.join()).not.toContain('hunter2');
      await pair.stop();
    } finally {
      await server.client.config('SET', 'requirepass', '');
    }
  });

  it('as a user with the rights that the README names, in a database of their own', async () => {
    const prefix = randomUUID();
    await server.client.acl('SETUSER', 'cache', ...rightsFor(prefix, password));
    await server.client.acl('LOG', 'RESET');
    const url = `redis://cache:${encodeURIComponent(password)}@127.0.0.1:${server.port}/3`;
    const { readings, warnings } = await outcomeOf(url, { prefix });

    expect(stale(readings)).toEqual([]);
    expect(warnings).not.toMatch(refusals);
    expect(await server.client.acl('LOG')).toEqual([]);
    await server.client.select(3);
    expect(await server.client.exists(`{${prefix}}:coherence:list`)).toBe(1);
    await server.client.select(0);
    expect(await server.client.exists(`{${prefix}}:coherence:list`)).toBe(0);
  });
});

describe('a certificate', () => {
  it('that Node does not know is not believed', async () => {
    const pair = await Pair.start({ redisUrl: `rediss://localhost:${tlsPort}` });
    await pair.write(pair.one);

    expect(pair.warnings.join()).toMatch(/self.signed certificate|unable to verify/);
    await pair.stop();
  });

  it.each([
    ['no file', () => '/no/such/file.pem'],
    ['no certificate', () => `${certificates.folder}/server.key`],
  ])('that cannot be read stops the boot with a sentence: %s', async (_, path) => {
    const options = { redisUrl: 'rediss://localhost', redisCa: path() };

    await expect(boot({}, options)).rejects.toThrow(
      `CACHE_OPTIONS_INVALID: redisCa of CacheModule must be the path of a file that can be read and holds certificates in PEM form, got '${path()}'.`,
    );
  });

  it('for a connection without TLS stops the boot with a sentence', async () => {
    const options = { redisUrl: server.url, redisCa: certificates.ca };

    await expect(boot({}, options)).rejects.toThrow(/^CACHE_OPTIONS_INVALID: CACHE_REDIS_CA is for an encrypted/);
  });
});

afterAll(closeAll);
