// Entries that processes share, on a real Redis: each store here has connections of its own, as a process has.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EnvelopeCodec } from '../../libs/cache/src/codec/codec.js';
import { Classes } from '../../libs/cache/src/core/classes.js';
import type { Draft, Fetched } from '../../libs/cache/src/core/store.js';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import { noScopeKeys, type ScopeKeys } from '../../libs/cache/src/core/scope-keys.js';
import { systemClock } from '../../libs/cache/src/core/system-clock.js';
import { Connections, usualPatience } from '../../libs/cache/src/redis/connections.js';
import { RedisLocks } from '../../libs/cache/src/redis/redis-locks.js';
import { RedisStore } from '../../libs/cache/src/redis/redis-store.js';
import { RedisServer } from '../support/redis-server.js';

const turnMs = 400;
let redis: RedisServer;
let opened: Connections[] = [];
let ids = 0;
let keys = 0;
let today = Date.now();

beforeAll(async () => void (redis = await RedisServer.start()));
afterEach(async () => {
  await Promise.all(opened.map((connections) => connections.close()));
  opened = [];
});
afterAll(() => redis.stop());

async function open(scopeKeys: ScopeKeys = noScopeKeys): Promise<RedisStore> {
  const connections = new Connections(redis.url, usualPatience);
  opened.push(connections);
  connections.start();
  const { store, within } = connections;
  await within(() => store.client.ping(), true);
  const nobody = () => {};
  const codec = new EnvelopeCodec({ classes: new Classes(), refused: nobody, damaged: nobody });
  const turns = new RedisLocks({ client: store.client, within, prefix: 'store:turn', newId: () => `holder ${++ids}` });
  return new RedisStore({
    store,
    within,
    codec,
    scopeKeys,
    turns,
    turnMs,
    prefix: 'store',
    today: () => today,
  });
}

const newKey = () => `store:row:${++keys}`;
const always = () => true;

function draft(value: unknown, position = 1): Draft {
  return {
    value,
    stamp: { epoch: 'epoch', position },
    tags: ['row:1'],
    weight: 10,
    fallbackMs: 0,
    by: 'host:1',
    tookMs: 1,
  };
}

async function becomes(store: RedisStore, key: string): Promise<void> {
  for (let tries = 0; (await store.get(key, always)) === undefined && tries < 100; tries++) await pause(5);
}

/** As the read path uses it: what is found, or what is loaded and put. */
async function read(store: RedisStore, key: string, load: () => Promise<unknown>): Promise<unknown> {
  const { found, turn } = await store.fetch(key, always);
  if (found !== undefined) return found.value();
  try {
    const value = await load();
    store.put(key, draft(value), 60_000);
    return value;
  } finally {
    turn?.end();
  }
}

describe('the store in Redis', () => {
  it('gives one process what another has put, with its stamp, its tags and what is left of its time', async () => {
    const [one, other] = [await open(), await open()];
    const key = newKey();
    const value = { at: new Date(5), names: new Map([['a', 1n]]) };
    one.put(key, draft(value, 7), 60_000);
    await becomes(other, key);

    today += 20_000;
    const found = (await other.get(key, always))!;

    expect(found.value()).toEqual(value);
    expect(found).toMatchObject({ stamp: { epoch: 'epoch', position: 7 }, tags: ['row:1'], remainsMs: 40_000 });
    const left = await redis.client.pttl(key);
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  it('gives many in one go, those with a secret too, and none whose secret is gone', async () => {
    const secrets = new Map([
      ['one', randomBytes(32)],
      ['two', randomBytes(32)],
    ]);
    const scopeKeys: ScopeKeys = {
      of: (key) => {
        const [, room] = /room=(\w+)/.exec(key) ?? [];
        return room === undefined ? undefined : Promise.resolve(secrets.get(room));
      },
    };
    const [one, other] = [await open(scopeKeys), await open(scopeKeys)];
    const wanted = ['', ':@room=one', ':@room=two', ':@room=none'].map((scope) => `${newKey()}${scope}`);
    for (const key of wanted) one.put(key, draft(key), 60_000);
    await becomes(other, wanted[2]!);
    const many = async (store: RedisStore) => {
      const fetched = await store.getMany([...wanted, newKey()].map((key) => ({ key, stands: always })));
      return fetched.map(({ found }) => found?.value());
    };

    expect(await many(other)).toEqual([...wanted.slice(0, 3), undefined, undefined]);
    secrets.delete('one');
    secrets.set('two', randomBytes(32));
    expect(await many(other)).toEqual([wanted[0], undefined, undefined, undefined, undefined]);
  });

  it('asks for more than one command should in several, and gives them in their order', async () => {
    const [one, other] = [await open(), await open()];
    const wanted = Array.from({ length: 900 }, newKey);
    for (const key of wanted) one.put(key, draft(key), 60_000);
    await becomes(other, wanted.at(-1)!);

    const fetched = await other.getMany(wanted.map((key) => ({ key, stands: (found) => found.tags.length === 1 })));
    expect(fetched.map(({ found }) => found?.value())).toEqual(wanted);
  });

  it('keeps everything under the prefix, whatever a key is called', async () => {
    const [one, other] = [await open(), await open()];
    one.put('a key', draft('mine'), 60_000);
    await becomes(other, 'a key');

    expect((await other.get('a key', always))?.value()).toBe('mine');
    expect((await redis.client.keys('*')).filter((key) => !/^{?store:/.test(key))).toEqual([]);
  });

  it('trusts no clock that is behind to make an entry last longer, and gives none that is over', async () => {
    const [one, other] = [await open(), await open()];
    const key = newKey();
    one.put(key, draft(1), 60_000);
    await becomes(other, key);

    today -= 3_600_000;
    expect((await other.get(key, always))?.remainsMs).toBe(60_000);
    today += 2 * 3_600_000;
    expect(await other.get(key, always)).toBeUndefined();
  });

  it('asks about each entry whether it stands, and gives the turn to load where it does not', async () => {
    const [one, other] = [await open(), await open()];
    const key = newKey();
    one.put(key, draft('old', 3), 60_000);
    await becomes(other, key);

    const { found, turn } = await other.fetch(key, ({ stamp }) => stamp.position > 3);

    expect(found).toBeUndefined();
    expect(turn).toBeDefined();
    turn?.end();
  });

  it('has one of many processes load, and the others take what it put', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => open()));
    for (let round = 0; round < 20; round++) {
      const key = newKey();
      let loads = 0;
      const load = async () => {
        loads++;
        await pause(round);
        return { round };
      };

      const values = await Promise.all(stores.map((store) => read(store, key, load)));

      expect(values).toEqual(stores.map(() => ({ round })));
      expect(loads).toBe(1);
    }
  });

  it('has everybody load at once when the one who had the turn comes to nothing', async () => {
    const [one, ...others] = await Promise.all(Array.from({ length: 4 }, () => open()));
    const key = newKey();
    const { turn } = await one!.fetch(key, always);
    const begun = performance.now();
    const fetched = Promise.all(others.map((store) => store.fetch(key, always)));
    await pause(50);
    turn?.end();

    expect(await fetched).toEqual(others.map(() => ({})));
    expect(performance.now() - begun).toBeLessThan(turnMs);
  });

  it('waits for a process that died no longer than its turn', async () => {
    const [one, other] = [await open(), await open()];
    const key = newKey();
    await one.fetch(key, always);
    const begun = performance.now();

    expect(await other.fetch(key, always)).toEqual({});
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(turnMs / 2);
    expect(took).toBeLessThan(turnMs + 1_000);
  });

  it('answers within the budget when Redis stands still, and keeps no turn that it was given too late', async () => {
    const [one, other] = [await open(), await open()];
    const key = newKey();
    redis.freeze();
    const begun = performance.now();
    expect(await one.fetch(key, always)).toEqual({ failed: true });
    expect(await one.get(key, always)).toBeUndefined();
    const took = performance.now() - begun;
    redis.thaw();

    expect(took).toBeLessThan(10 * usualPatience.budgetMs);
    let fetched: Fetched = {};
    for (let tries = 0; fetched.turn === undefined && tries < 50; tries++) {
      await pause(10);
      fetched = await other.fetch(key, always);
    }
    expect(fetched.turn).toBeDefined();
  });

  it('sends nothing when Redis is left alone, so that nothing fails that nobody waits for', async () => {
    let sent = 0;
    const client = { getBuffer: () => Promise.reject(new Error(`sent ${++sent}`)) };
    const nobody = () => {};
    const alone = new RedisStore({
      store: { client } as unknown as Connections['store'],
      within: () => Promise.reject(new Error('left alone')),
      codec: new EnvelopeCodec({ classes: new Classes(), refused: nobody, damaged: nobody }),
      scopeKeys: noScopeKeys,
      turns: new OwnLocks(systemClock),
      turnMs,
      prefix: 'store',
      today: () => today,
    });

    expect(await alone.fetch(newKey(), always)).toEqual({ failed: true });
    expect(await alone.get(newKey(), always)).toBeUndefined();
    expect(sent).toBe(0);
  });

  it('waits for no turn of a key whose values cannot be shared, until one can', async () => {
    class Unknown {}
    const [one, other] = [await open(), await open()];
    const key = newKey();
    one.put(key, draft(new Unknown()), 60_000);
    await pause(20);
    expect((await one.fetch(key, always)).turn).toBeUndefined();

    one.put(key, draft('known'), 60_000);
    await becomes(other, key);
    expect((await one.fetch(key, always)).found?.value()).toBe('known');
  });
});
