import { describe, expect, it } from '@jest/globals';
import { forever, type Lease } from '../../libs/cache/src/coherence/lease.js';
import { Alone } from '../../libs/cache/src/coherence/alone.js';
import { Claim, Replica } from '../../libs/cache/src/coherence/replica.js';

async function change(registrar: Alone, ...tags: string[]): Promise<void> {
  await registrar.settle(await registrar.fence(tags), tags);
}

describe('the replica', () => {
  it('I4: vouches for nothing without a lease, and again when it has one', () => {
    const lease = { held: true, until: 0 };
    const replica = new Replica(lease satisfies Lease, 'epoch');
    const claim = new Claim(replica.stamp, ['a']);
    expect(replica.vouchesFor(claim)).toBe(true);

    lease.held = false;

    expect(replica.vouchesFor(claim)).toBe(false);
    lease.held = true;
    expect(replica.vouchesFor(claim)).toBe(true);
  });

  it('I5: vouches for no stamp of another epoch, however high', () => {
    const replica = new Replica(forever, 'epoch');

    expect(replica.vouchesFor(new Claim({ epoch: 'earlier', position: 1_000 }, ['a']))).toBe(false);
  });

  it('I1: remembers what it vouched for only until the next message', async () => {
    const replica = new Replica(forever, 'epoch');
    const registrar = new Alone(replica, 10);
    const claim = new Claim(replica.stamp, ['a']);
    expect(replica.vouchesFor(claim)).toBe(true);

    await change(registrar, 'b');
    expect(replica.vouchesFor(claim)).toBe(true);
    await change(registrar, 'a');

    expect(replica.vouchesFor(claim)).toBe(false);
  });

  it('I2: an entry that was vouched for is not answered behind a fence, and is again after a rollback', async () => {
    const replica = new Replica(forever, 'epoch');
    const registrar = new Alone(replica, 10);
    const claim = new Claim(replica.stamp, ['a']);
    replica.vouchesFor(claim);

    const fence = await registrar.fence(['a']);
    expect(replica.vouchesFor(claim)).toBe(false);
    await registrar.settle(fence, []);

    expect(replica.vouchesFor(claim)).toBe(true);
  });

  it('I3: a registrar that remembers few changes purges, and keeps distrusting what they condemned', async () => {
    const replica = new Replica(forever, 'epoch');
    const registrar = new Alone(replica, 10);
    const old = new Claim(replica.stamp, ['tag:3']);

    for (let tag = 0; tag < 100; tag++) await change(registrar, `tag:${tag}`);

    expect(replica.size).toBeLessThanOrEqual(10);
    expect(replica.vouchesFor(old)).toBe(false);
    expect(replica.vouchesFor(new Claim(replica.stamp, ['tag:3']))).toBe(true);
  });
});
