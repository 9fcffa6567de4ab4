import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressOf } from '../../libs/cache/src/redis/address.js';
import { slotOf } from '../../libs/cache/src/redis/slot.js';
import { freePort, RedisServer } from '../support/redis-server.js';

const plain = { kind: 'server', tls: false, db: 0, family: 0 };

describe('the address of a Redis', () => {
  it.each([
    ['redis://localhost', { ...plain, nodes: [{ host: 'localhost', port: 6379 }], place: 'localhost:6379' }],
    ['redis://localhost:7000/', { ...plain, nodes: [{ host: 'localhost', port: 7000 }], place: 'localhost:7000' }],
    ['rediss://c.example:7000/3', { ...plain, tls: true, db: 3, place: 'c.example:7000/3' }],
    ['redis://:p%40ss@h_1', { ...plain, username: undefined, password: 'p@ss', place: 'h_1:6379' }],
    ['redis://me:p@ss:word@h', { ...plain, username: 'me', password: 'p@ss:word', place: 'h:6379' }],
    ['redis://[::1]:7000?family=6', { ...plain, family: 6, nodes: [{ host: '::1', port: 7000 }], place: '[::1]:7000' }],
    [
      'redis+sentinel://me:pw@a,b:7000/the.master/2?sentinel_username=s&sentinel_password=p%20w',
      {
        ...plain,
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 7000 },
        ],
        username: 'me',
        password: 'pw',
        master: 'the.master',
        db: 2,
        sentinelUsername: 's',
        sentinelPassword: 'p w',
        place: 'a:26379,b:7000/the.master/2',
      },
    ],
    ['rediss+sentinel://a/m', { ...plain, kind: 'sentinel', tls: true, master: 'm', place: 'a:26379/m' }],
    ['redis+cluster://me:pw@a:1,b:2/0', { ...plain, kind: 'cluster', password: 'pw', place: 'a:1,b:2' }],
    ['rediss+cluster://a', { ...plain, kind: 'cluster', tls: true, place: 'a:6379' }],
  ])('is read from %s', (text, expected) => {
    expect(addressOf(text)).toMatchObject(expected);
  });

  it.each([
    '',
    'localhost',
    'redis:localhost',
    'http://localhost',
    'REDIS://localhost',
    'redis://',
    'redis://a:0',
    'redis://a:65536',
    'redis://a,b',
    'redis://a/first',
    'redis://a?db=3',
    'redis://a?family=5',
    'redis://a#b',
    'redis://:100%@a',
    'redis://:hunter2',
    'redis+sentinel://a',
    'redis+sentinel://a/',
    'redis+sentinel://a/m/n',
    'redis+sentinel://a,/m',
    'redis+cluster://a/1',
    'redis+socket://a',
  ])('is not %j', (text) => {
    expect(addressOf(text)).toBeUndefined();
  });

  it('gives a place that holds no secrets', () => {
    for (const form of ['redis://', 'rediss://', 'redis+sentinel://', 'redis+cluster://']) {
      const tail = form.includes('sentinel') ? '/m?sentinel_password=hunter2&sentinel_username=hunter2' : '';
      expect(addressOf(`${form}hunter2:hunter2@a${tail}`)?.place).toMatch(/^a:\d+(\/m)?$/);
    }
  });
});

describe('the slot of a key', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({ 'cluster-enabled': 'yes', 'cluster-port': await freePort() });
  });
  afterAll(() => server.stop());

  it.each(['a', '{dataroom}:coherence:list', '{dataroom}:coherence:news', 'a{}b', '{}{a}', '{{a}}', 'ä🙈', '}{a'])(
    'of %s is that which Redis says',
    async (key) => {
      expect(slotOf(key)).toBe(await server.client.cluster('KEYSLOT', key));
    },
  );
});
