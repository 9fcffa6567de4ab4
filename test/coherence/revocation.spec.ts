// What `revoke` waits for, and what it says of those it has waited for.
import { describe, expect, it } from '@jest/globals';
import type { Coordinator } from '../../libs/cache/src/coherence/coordinator.js';
import { outlasting, usualTerms as terms } from '../../libs/cache/src/coherence/lease.js';
import { noRecord, type OutageRecord } from '../../libs/cache/src/coherence/record.js';
import { but } from '../model/but.js';
import { core, Source } from '../support/core.js';
import { Exchange, rested } from '../support/exchange.js';

const waitMs = outlasting(terms);
const fallbackMs = 5_000;
const outlastedMs = fallbackMs * (1 + terms.drift);

/** A process with a cache, on the clock of all. `cut`: no call of it arrives any more, and it hears nothing. */
function instance(exchange: Exchange, name: string, record?: OutageRecord) {
  const { list, clock } = exchange;
  let isCut = false;
  const unlessCut = Object.fromEntries(
    (['join', 'renew', 'fence', 'settle', 'flag', 'remove', 'open', 'purge'] as const).map((call) => [
      call,
      (...args: unknown[]) =>
        isCut ? Promise.reject(new Error('cut off')) : (list[call] as (...all: unknown[]) => Promise<unknown>)(...args),
    ]),
  );
  const joined = exchange.join(name, but(list, unlessCut as Partial<Coordinator>), record);
  const { replica, registrar } = joined;
  const coherence = { replica, registrar, start: () => {}, stop: () => Promise.resolve() };
  const made = core({ fallbackMs }, { coherence, clock });
  return {
    ...made,
    ...joined,
    cut: () => {
      isCut = true;
      exchange.listeners.delete(joined.member.id ?? '');
    },
    mend: () => void (isCut = false),
  };
}

/** A right that is read by each of them, and what it is. */
async function among(...names: string[]) {
  const exchange = await new Exchange().settledEpoch();
  const instances = names.map((name) => instance(exchange, name));
  await exchange.pass(100);
  const right = { granted: true };
  const reading = (fallback: number) => {
    const source = new Source(() => right.granted, `right:${fallback}`);
    source.tags = ['right:1'];
    source.fallbackMs = fallback;
    return source;
  };
  const [bounded, exact] = [reading(fallbackMs), reading(0)];
  const read = (at: number, source = bounded) => instances[at]!.reader.read(source);
  for (const at of instances.keys()) await Promise.all([read(at), read(at, exact)]);
  return { exchange, instances, right, exact, read };
}

/** What it came to, and when. */
function watched<T>(exchange: Exchange, promise: Promise<T>) {
  const begun = exchange.clock.now();
  const seen: { result?: T; afterMs?: number } = {};
  void promise.then((result) => Object.assign(seen, { result, afterMs: exchange.clock.now() - begun }));
  return seen;
}

describe('revoke', () => {
  it('I27: names everybody who has confirmed, waits for no lease, and nobody answers from before it', async () => {
    const { exchange, instances, right, read, exact } = await among('a', 'b', 'c');
    right.granted = false;

    const revoked = watched(exchange, instances[0]!.cache.revoke(['right:1'], { fallback: false }));
    await exchange.pass(50);

    const names = instances.map(({ member }) => member.id);
    expect(revoked).toMatchObject({ result: { confirmed: names, waitedOut: [], through: 'list' }, afterMs: 0 });
    for (const at of [0, 1, 2]) expect([await read(at), await read(at, exact)]).toEqual([false, false]);
  });

  it('I27: waits for the lease of one that keeps silent, and names it', async () => {
    const { exchange, instances, right, read, exact } = await among('a', 'b', 'c');
    const silent = instances[2]!.member.id;
    instances[2]!.cut();
    right.granted = false;

    const revoked = watched(exchange, instances[0]!.cache.revoke(['right:1'], { fallback: false }));
    await exchange.pass(200);
    expect([revoked.result, await read(2, exact)]).toEqual([undefined, true]);
    await exchange.pass(waitMs);

    const confirmed = [instances[0]!.member.id, instances[1]!.member.id];
    expect(revoked.result).toEqual({ confirmed, waitedOut: [silent], through: 'list' });
    expect(revoked.afterMs).toBeGreaterThanOrEqual(terms.leaseMs);
    expect(await read(2, exact)).toBe(false);
    // It says so itself: this one is answered out of step.
    expect(await read(2)).toBe(true);
  });

  it('I27: waits until nothing is left to be answered out of step, also by one that is no member any more', async () => {
    const { exchange, instances, right, read } = await among('a', 'b', 'c');
    instances[2]!.cut();
    void instances[0]!.cache.revoke(['right:2'], { fallback: false });
    await exchange.pass(3 * waitMs);
    expect(exchange.list.members).toHaveLength(2);
    await exchange.pass(fallbackMs);
    // Loaded out of step, and answered by its own age from now on.
    expect(await read(2)).toBe(true);
    right.granted = false;

    const revoked = watched(exchange, instances[0]!.cache.revoke(['right:1']));
    await exchange.pass(fallbackMs - 50);
    expect([revoked.result, await read(2)]).toEqual([undefined, true]);
    await exchange.pass(outlastedMs - fallbackMs + 100);

    expect(revoked.result?.waitedOut).toEqual([]);
    expect(revoked.afterMs).toBeGreaterThanOrEqual(outlastedMs);
    expect(await read(2)).toBe(false);
  });

  it('I27: says that a record had to tell the others, and that nothing could', async () => {
    for (const [record, through] of [
      [{ ...noRecord, kept: true }, 'record'],
      [{ ...noRecord, kept: true, enter: () => Promise.reject(new Error('down')) }, 'nothing'],
      [noRecord, 'nothing'],
    ] as const) {
      const exchange = await new Exchange().settledEpoch();
      const writer = instance(exchange, 'writer', record);
      await exchange.pass(100);
      writer.cut();

      const revoked = watched(exchange, writer.cache.revoke(['right:1'], { fallback: false }));
      await exchange.pass(waitMs - 50);
      expect(revoked.result).toBeUndefined();
      await exchange.pass(100);

      expect(revoked.result).toEqual({ confirmed: [], waitedOut: [], through });
    }
  });

  it('I27: says nothing of the kind when the list has been lost over and over', async () => {
    const exchange = await new Exchange().settledEpoch();
    let lives = 0;
    const lost = but(exchange.list, {
      fence: async (fences) => ({ ...(await exchange.list.fence(fences)), epoch: `life ${++lives}`, settled: false }),
    });
    const { registrar } = exchange.join('writer', lost);
    await exchange.pass(100);
    const fenced = watched(exchange, registrar.fence(['tag'], '1'));
    await exchange.pass(6 * waitMs);

    expect(fenced.result?.reach.through).toBe('nothing');
  });

  it('within a transaction is a part of its commit', async () => {
    const { exchange, instances, right, read } = await among('a', 'b');
    const { cache, transactions } = instances[0]!;
    const transaction = transactions.begin();

    const reach = await transactions.run(transaction, () => cache.revoke(['right:1']));
    expect([reach, await read(1)]).toEqual([undefined, true]);
    await transaction.fence();
    right.granted = false;
    await transaction.settle('committed');
    await rested();

    expect([await read(1), exchange.list.fences]).toEqual([false, 0]);
    expect(transaction.reach.confirmed).toEqual(instances.map(({ member }) => member.id));
  });

  it('within a transaction that is rolled back is nothing', async () => {
    const { instances, right, read } = await among('a', 'b');
    const { cache, transactions } = instances[0]!;
    const transaction = transactions.begin();
    await transactions.run(transaction, () => cache.revoke(['right:1']));
    await transaction.fence();
    await transaction.settle('rolled back');
    right.granted = false;

    expect([await read(0), await read(1)]).toEqual([true, true]);
  });

  it('in a process of its own is done at once, by itself', async () => {
    const { cache, reader } = core({ fallbackMs });
    let loads = 0;
    const source = new Source(() => ++loads);
    await reader.read(source);

    expect(await cache.revoke(['row:1'])).toEqual({ confirmed: ['alone'], waitedOut: [], through: 'list' });
    expect(await reader.read(source)).toBe(2);
  });

  it('of no tags is of nothing, and of what is no list of tags an error', async () => {
    const { cache } = core();

    expect(await cache.revoke([])).toBeUndefined();
    await expect(cache.revoke('row:1' as never)).rejects.toThrow('CACHE_OPTIONS_INVALID');
  });
});
