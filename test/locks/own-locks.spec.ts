import { expect, it } from '@jest/globals';
import { OwnLocks } from '../../libs/cache/src/core/locks/own-locks.js';
import { HandClock } from '../support/hand-clock.js';
import { locksContract } from './locks.contract.js';

locksContract('of one process', async () => {
  const clock = new HandClock();
  return { seats: [new OwnLocks(clock)], pass: async (ms) => clock.turn(ms), close: async () => {} };
});

it('tokens begin above those that an earlier process can have given', async () => {
  const hold = await new OwnLocks(new HandClock(), 1_700_000_000_000_000).take('name', 1_000);

  expect(hold?.token).toBe(1_700_000_000_000_001);
});
