import { describe, expect, it } from '@jest/globals';
import type { News, Raised } from '../../libs/cache/src/coherence/coordinator.js';
import { outlasting, TermLease, usualTerms as terms } from '../../libs/cache/src/coherence/lease.js';
import { Muster } from '../../libs/cache/src/coherence/muster.js';
import { Reaper } from '../../libs/cache/src/coherence/reaper.js';
import { noRecord } from '../../libs/cache/src/coherence/record.js';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { but } from '../model/but.js';
import { Exchange, rested } from '../support/exchange.js';
import { HandClock } from '../support/hand-clock.js';

const waitMs = outlasting(terms);

const raised = (members: readonly string[], settled = true): Raised => ({
  epoch: 'epoch',
  position: 7,
  settled,
  members: members.map((id) => ({ id, applied: 6 })),
});

/** Whether it has been resolved by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await rested();
  return done;
}

describe('a lease with a term', () => {
  it('I14: counts from before its request was sent, and one that is over when it arrives is none', () => {
    const clock = new HandClock();
    const lease = new TermLease(clock, 1_000);
    clock.turn(600);
    lease.extend(0);
    expect(lease.held).toBe(true);

    clock.turn(400);
    expect(lease.held).toBe(false);
    lease.extend(0);

    expect(lease.held).toBe(false);
  });

  it('I14: a grant that was overtaken by a later one does not shorten it', () => {
    const clock = new HandClock();
    const lease = new TermLease(clock, 1_000);

    lease.extend(500);
    lease.extend(100);
    clock.turn(1_400);

    expect(lease.held).toBe(true);
  });
});

describe('a muster', () => {
  it('is done when everybody has applied the position, and by nothing less', async () => {
    const muster = new Muster(raised(['a', 'b']), new HandClock(), waitMs);

    muster.applied('a', 7);
    muster.applied('b', 6);
    expect(await isDone(muster.done)).toBe(false);
    muster.applied('b', 8);

    expect(await muster.done).toEqual([]);
  });

  it('I17: ends when the lease of whoever is silent must be over, and says who that was', async () => {
    const clock = new HandClock();
    const muster = new Muster(raised(['a', 'b']), clock, waitMs);
    muster.applied('a', 7);

    clock.turn(waitMs - 1);
    expect(await isDone(muster.done)).toBe(false);
    clock.turn(1);

    expect(await muster.done).toEqual(['b']);
  });

  it('I19: in an epoch that is not settled only time counts, for there are leases nobody knows of', async () => {
    const clock = new HandClock();
    const muster = new Muster(raised([], false), clock, waitMs);

    clock.turn(waitMs - 1);
    expect(await isDone(muster.done)).toBe(false);
    clock.turn(1);

    expect(await isDone(muster.done)).toBe(true);
  });

  it('I18: does not wait for one who has dropped its lease', async () => {
    const muster = new Muster(raised(['a']), new HandClock(), waitMs);

    muster.gone('a');

    expect(await muster.done).toEqual([]);
  });
});

describe('a member', () => {
  it('I15: applies what comes after its snapshot, once, and gives up after a gap', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { replica, member } = exchange.join('a');
    await rested();
    const { epoch, position } = replica.stamp;
    const listener = exchange.listeners.get('a.1')!;
    const settle = (at: number): News => ({ kind: 'settle', epoch, position: at, fence: 'f', changed: [] });

    listener.heard(settle(position));
    listener.heard(settle(position + 1));
    expect(replica.stamp.position).toBe(position + 1);
    listener.heard(settle(position + 3));

    expect(member.id).toBeUndefined();
    expect(replica.stamp.epoch).toMatch(/^aside/);
  });

  it('I16: finds a fence that was raised before it joined in its snapshot', async () => {
    const exchange = await new Exchange().settledEpoch();
    await exchange.list.fence([{ fence: 'f', owner: 'gone', tags: ['tag'], ref: '1' }]);

    const { replica } = exchange.join('a');
    await rested();

    expect(replica.vouchesFor(new Claim(replica.stamp, ['other']))).toBe(true);
    expect(replica.vouchesFor(new Claim(replica.stamp, ['tag']))).toBe(false);
  });

  it('I17: extends its lease only when it has applied what had been told with the grant', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { lease } = exchange.join('a');
    await exchange.pass(100);
    exchange.hold();
    await exchange.list.fence([{ fence: 'f', owner: 'b', tags: ['tag'], ref: '1' }]);
    await exchange.pass(400);
    expect(lease.held).toBe(true);

    // Answered twice without having heard: it is deaf.
    await exchange.pass(250);

    expect(lease.held).toBe(false);
  });

  it('I17: one that hears a little later than it is answered keeps its lease, however much is told', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { member, lease } = exchange.join('a');
    await rested();

    for (let told = 0; told < 60; told++) {
      exchange.hold();
      await exchange.list.fence([{ fence: `f${told}`, owner: 'b', tags: ['tag'], ref: '1' }]);
      await exchange.pass(50);
      const held = exchange.held!.splice(0);
      exchange.held = undefined;
      exchange.hold();
      await exchange.list.settle([{ fence: `f${told}`, changed: [] }]);
      for (const give of held) give();
      await rested();
      exchange.release();
      await rested();
    }

    expect(member.id).toBe('a.1');
    expect(lease.held).toBe(true);
  });

  it('I18: one that was flagged drops list and lease, and comes back with a new name', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { member, replica } = exchange.join('a');
    await rested();
    await exchange.list.flag(['a.1'], Infinity);

    await exchange.pass(350);
    expect(member.id).toBeUndefined();
    expect(replica.stamp.epoch).toMatch(/^aside/);
    await exchange.pass(300);

    expect(member.id).toBe('a.2');
    expect(exchange.list.members).toEqual(['a.2']);
  });

  it('I19: holds no lease in an epoch that is not settled, and opens it when older leases must be over', async () => {
    const exchange = new Exchange();
    const { lease } = exchange.join('a');

    await exchange.pass(waitMs - 50);
    expect(lease.held).toBe(false);
    await exchange.pass(100);

    expect(lease.held).toBe(true);
  });

  it('leaves nobody behind who would be waited for', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { member } = exchange.join('a');
    await rested();

    await member.stop();

    expect(exchange.list.members).toEqual([]);
    expect(exchange.listeners.size).toBe(0);
  });
});

describe('the registrar of several', () => {
  it('I6: a fence is done when all members have applied it', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar } = exchange.join('a');
    exchange.join('b');
    await rested();
    exchange.hold();

    const fencing = registrar.fence(['tag'], '1');
    expect(await isDone(fencing)).toBe(false);
    exchange.release();
    await rested();

    expect(await isDone(fencing)).toBe(true);
  });

  it('I6: an acknowledgement that comes before the answer counts', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar } = exchange.join('a');
    exchange.join('b');
    await rested();

    const fencing = registrar.fence(['tag'], '1');

    expect(await isDone(fencing)).toBe(true);
  });

  it('I20: a settle that fails is said again until it is heard', async () => {
    const exchange = await new Exchange().settledEpoch();
    let reachable = true;
    const coordinator = but(exchange.list, {
      settle: (settlements) => (reachable ? exchange.list.settle(settlements) : Promise.reject(new Error('down'))),
    });
    const { registrar } = exchange.join('a', coordinator);
    await rested();
    const fence = await registrar.fence(['tag'], '1');
    reachable = false;

    await registrar.settle(fence, ['tag']);
    await exchange.pass(2_000);
    expect(exchange.list.fences).toBe(1);
    reachable = true;
    await exchange.pass(600);

    expect(exchange.list.fences).toBe(0);
  });

  it('I21: what it has fenced is fenced again in a new epoch', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar, replica } = exchange.join('a');
    await rested();
    await registrar.fence(['tag'], '1');

    exchange.list.flush();
    await exchange.pass(2_500);

    expect(exchange.list.fences).toBe(1);
    expect(replica.vouchesFor(new Claim(replica.stamp, ['tag']))).toBe(false);
    expect(replica.vouchesFor(new Claim(replica.stamp, ['other']))).toBe(true);
  });

  it('I25: what it has fenced stands in its own copy of a new epoch before that is heard, and is lifted by the settle', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar, replica } = exchange.join('a');
    await rested();
    const fence = await registrar.fence(['tag'], '1');
    const loaded = (tag: string) => new Claim(replica.stamp, [tag]);

    exchange.hold();
    exchange.list.flush();
    await exchange.pass(1_000);
    expect(replica.stamp.epoch).toBe('epoch 2');
    expect([replica.recalls(loaded('tag')), replica.recalls(loaded('other'))]).toEqual([false, true]);

    await registrar.settle(fence, ['tag']);
    const before = loaded('tag');
    exchange.release();
    expect([replica.recalls(before), replica.recalls(loaded('tag'))]).toEqual([false, true]);
  });

  it('I23: after a long wait it asks whether the list still has the fence, and waits again if not', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar } = exchange.join('a');
    await rested();
    await exchange.list.join('silent');

    const fencing = registrar.fence(['tag'], '1');
    await exchange.pass(150);
    exchange.list.flush();
    await exchange.pass(waitMs);
    expect(await isDone(fencing)).toBe(false);
    await exchange.pass(waitMs);

    expect((await fencing).stamp.epoch).toBe('epoch 2');
    expect(exchange.list.fences).toBe(1);
  });

  it('I10: a value set is judged as its settle arrives, and kept under that position', async () => {
    const exchange = await new Exchange().settledEpoch();
    const { registrar, replica } = exchange.join('a');
    await rested();
    const fence = await registrar.fence(['tag'], '1');
    const at: number[] = [];

    await registrar.settle(fence, ['tag'], ({ position }) => at.push(position, replica.stamp.position));

    expect(at).toEqual([replica.stamp.position, replica.stamp.position - 1]);
  });
});

describe('the reaper', () => {
  const afterMs = 2 * terms.leaseMs;

  async function reaping(ended: (ref: string) => Promise<boolean>) {
    const exchange = await new Exchange().settledEpoch();
    const { replica } = exchange.join('a');
    await rested();
    const { list: coordinator, clock, faults } = exchange;
    const fault = (during: string) => void faults.push(during);
    new Reaper({ record: noRecord, coordinator, replica, clock, afterMs, fault, witness: { ended } }).start();
    return { exchange, replica };
  }

  it('I22: leaves a fence alone while its transaction can commit, however old it is, and then takes it for a commit', async () => {
    let over = false;
    const { exchange, replica } = await reaping(async () => over);
    const stamp = replica.stamp;
    await exchange.list.fence([{ fence: 'f', owner: 'dead', tags: ['tag'], ref: '1' }]);

    await exchange.pass(10 * afterMs);
    expect(exchange.list.fences).toBe(1);
    over = true;
    await exchange.pass(afterMs);

    expect(exchange.list.fences).toBe(0);
    expect(replica.vouchesFor(new Claim(stamp, ['tag']))).toBe(false);
    expect(replica.vouchesFor(new Claim(replica.stamp, ['tag']))).toBe(true);
  });

  it('I22: leaves it alone while the database does not answer', async () => {
    const { exchange } = await reaping(() => Promise.reject(new Error('down')));
    await exchange.list.fence([{ fence: 'f', owner: 'dead', tags: ['tag'], ref: '1' }]);

    await exchange.pass(4 * afterMs);

    expect(exchange.list.fences).toBe(1);
    expect(exchange.faults).toContain('asking what became of a transaction');
  });

  it('I22: a fence around no transaction stands as long as its owner raises it again', async () => {
    const { exchange } = await reaping(async () => true);
    const owner = exchange.join('b');
    await rested();
    await owner.registrar.fence(['tag']);
    await exchange.list.fence([{ fence: 'f', owner: 'dead', tags: ['tag'], ref: '' }]);

    await exchange.pass(3 * afterMs);

    expect(exchange.list.fences).toBe(1);
  });
});
