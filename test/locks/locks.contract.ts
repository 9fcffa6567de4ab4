// What every keeper of locks does, within a process and in Redis alike.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hold, Locks } from '../../libs/cache/src/core/locks/locks.js';

/** Locks of a test's own, seen from several processes as far as there can be several. */
export interface LocksUnderTest {
  readonly seats: readonly Locks[];
  /** So much time goes by for whoever counts it. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const ttlMs = 300;

const hostileNames: readonly string[] = [
  '',
  '}',
  '{}',
  'a}:b{',
  `quotes ' " \` \\`,
  'lines\nand\r\nzeros\0',
  'ünïcödé 🙈 \u2028 \u202e',
  '__proto__',
  '%s %d $1 {0} [[x]]',
  'x'.repeat(1e5),
];

export function locksContract(name: string, make: () => Promise<LocksUnderTest>): void {
  describe(`locks ${name}`, () => {
    let locks: LocksUnderTest;
    let one: Locks;
    let other: Locks;

    beforeEach(async () => {
      locks = await make();
      [one, other] = [locks.seats[0]!, locks.seats.at(-1)!];
    });
    afterEach(() => locks.close());

    async function taken(by: Locks, of = 'name'): Promise<Hold> {
      const hold = await by.take(of, ttlMs);
      if (hold === undefined) throw new Error(`${of} is held by somebody else`);
      return hold;
    }

    it('are given to one, and to the next when it is released', async () => {
      const hold = await taken(one);
      expect([await other.take('name', ttlMs), await one.take('name', ttlMs)]).toEqual([undefined, undefined]);

      await hold.release();

      const next = await taken(other);
      expect(await one.take('name', ttlMs)).toBeUndefined();
      expect(next.token).toBeGreaterThan(hold.token);
    });

    it('exclude everybody else: of 50 that try at once, again and again, one is within at a time', async () => {
      let within = 0;
      let most = 0;
      const tokens: number[] = [];
      const contend = async (seat: Locks) => {
        for (;;) {
          const hold = await seat.take('name', 60_000);
          if (hold === undefined) {
            await new Promise((resolve) => void setTimeout(resolve, 1 + Math.random() * 5));
            continue;
          }
          most = Math.max(most, ++within);
          tokens.push(hold.token);
          await new Promise((resolve) => void setImmediate(resolve));
          within--;
          return hold.release();
        }
      };

      await Promise.all(Array.from({ length: 50 }, (_, index) => contend(locks.seats[index % locks.seats.length]!)));

      expect(most).toBe(1);
      expect(tokens).toHaveLength(50);
      expect(tokens).toEqual([...new Set(tokens)].sort((lower, higher) => lower - higher));
    });

    it('end with their time, and with more of it later', async () => {
      const hold = await taken(one);
      await locks.pass(ttlMs / 2);
      expect(await hold.extend(2 * ttlMs)).toBe(true);
      await locks.pass(ttlMs);
      expect(await other.take('name', ttlMs)).toBeUndefined();

      await locks.pass(ttlMs + 100);

      expect((await taken(other)).token).toBeGreaterThan(hold.token);
    });

    it('are lost once their time is over, even if nobody else has taken them', async () => {
      const hold = await taken(one);
      await locks.pass(ttlMs + 100);

      expect(await hold.extend(ttlMs)).toBe(false);
      await taken(other);
    });

    it('are neither extended nor freed by somebody who held them before', async () => {
      const late = await taken(one);
      await locks.pass(ttlMs + 100);
      const hold = await taken(other);

      expect(await late.extend(60_000)).toBe(false);
      await late.release();

      expect(await one.take('name', ttlMs)).toBeUndefined();
      expect(await hold.extend(ttlMs)).toBe(true);
      await hold.release();
      await hold.release();
      expect(await hold.extend(ttlMs)).toBe(false);
      await taken(one);
    });

    it('of one name leave those of another alone, whatever they are called', async () => {
      const holds = await Promise.all(hostileNames.map((each) => taken(one, each)));
      expect(await Promise.all(hostileNames.map((each) => other.take(each, ttlMs)))).toEqual(
        hostileNames.map(() => undefined),
      );

      await holds[1]!.release();

      expect(await other.take('{}', ttlMs)).toBeUndefined();
      expect(await other.take('}', ttlMs)).toBeDefined();
    });

    it('have tokens that are whole, exact, and greater each time', async () => {
      const tokens: number[] = [];
      for (let count = 0; count < 200; count++) {
        const hold = await taken(locks.seats[count % locks.seats.length]!);
        tokens.push(hold.token);
        await hold.release();
      }

      expect(tokens.every(Number.isSafeInteger)).toBe(true);
      expect(tokens).toEqual([...new Set(tokens)].sort((lower, higher) => lower - higher));
    });
  });
}
