import { inspect } from 'node:util';
import type { Clock } from '../../coherence/clock.js';
import type { HeldLock } from '../cache.js';
import { CacheError } from '../errors.js';
import type { Hold, Locks } from './locks.js';
import { Upkeep } from './upkeep.js';

export interface Lock {
  readonly locks: Locks;
  readonly clock: Clock;
  readonly name: string;
  readonly ttlMs: number;
  readonly waitMs: number;
}

const shortestPauseMs = 5;
const longestPauseMs = 100;

/** Runs `work` while nobody else runs under the same lock. */
export async function underLock<T>(lock: Lock, work: (held: HeldLock) => Promise<T>): Promise<T> {
  const { hold, askedAt } = await holdOf(lock);
  const upkeep = new Upkeep({ hold, askedAt, clock: lock.clock, ttlMs: lock.ttlMs });
  try {
    return await work({ token: hold.token, signal: upkeep.signal });
  } finally {
    await upkeep.end();
  }
}

/** Asks again and again: those who wait are in no line, and who happens to ask first after a release is the next. */
async function holdOf(lock: Lock): Promise<{ readonly hold: Hold; readonly askedAt: number }> {
  const { clock, ttlMs, waitMs } = lock;
  const giveUpAt = clock.now() + waitMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const askedAt = clock.now();
    const hold = await take(lock);
    if (hold !== undefined) {
      if (clock.now() < askedAt + ttlMs) return { hold, askedAt };
      await hold.release().catch(() => {
        // It is over anyway.
      });
      throw unreachable(lock, new Error('the answer took longer than the lock would have lasted'));
    }
    const leftMs = giveUpAt - clock.now();
    if (leftMs <= 0) throw busy(lock);
    await new Promise<void>((resolve) => clock.after(Math.min(pauseMs, leftMs), resolve));
  }
}

async function take(lock: Lock): Promise<Hold | undefined> {
  try {
    return await lock.locks.take(lock.name, lock.ttlMs);
  } catch (error) {
    throw unreachable(lock, error);
  }
}

function unreachable({ name }: Lock, cause: unknown): CacheError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const what = `nobody could say in time whether ${inspect(name)} is held (${reason})`;
  const advice = 'Nothing was done; try again when Redis answers.';
  return new CacheError('CACHE_LOCK_UNREACHABLE', `${what}. ${advice}`, { cause });
}

function busy({ name, waitMs }: Lock): CacheError {
  const advice = 'Nothing was done; try again, or pass a longer { wait }.';
  return new CacheError('CACHE_LOCK_BUSY', `${inspect(name)} was held by others for ${waitMs} ms. ${advice}`);
}
