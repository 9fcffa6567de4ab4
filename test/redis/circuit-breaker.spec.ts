import { beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitBreaker, type Outcome } from '../../libs/cache/src/redis/circuit-breaker.js';
import { HandClock } from '../support/hand-clock.js';

let clock: HandClock;
let breaker: CircuitBreaker;

beforeEach(() => {
  clock = new HandClock();
  breaker = new CircuitBreaker(() => clock.now());
});

const awaited = () => breaker.begin(true);
const unawaited = () => breaker.begin(false);

/** Calls that are given up after 100 ms each. */
function fail(times: number, begin: () => Outcome | undefined = awaited): void {
  for (let count = 0; count < times; count++) {
    const ended = begin();
    clock.turn(100);
    ended!(false);
  }
}

describe('the circuit breaker', () => {
  it('opens with the fifth failure in a row, and not with five that had answers between them', () => {
    fail(4);
    expect(breaker.open).toBe(false);
    awaited()!(true);
    fail(4);
    expect(breaker.open).toBe(false);
    fail(1);

    expect(breaker.open).toBe(true);
    expect(awaited()).toBeUndefined();
  });

  it('takes calls that fail together for one failure', () => {
    const calls = Array.from({ length: 20 }, awaited);
    clock.turn(100);
    for (const ended of calls) ended!(false);
    expect(breaker.open).toBe(false);

    fail(3);
    expect(breaker.open).toBe(false);
    fail(1);
    expect(breaker.open).toBe(true);
  });

  it('lets one call at a time through that nobody waits for, and closes when it is answered', () => {
    fail(5);
    fail(10, unawaited);
    expect(breaker.open).toBe(true);

    const probe = unawaited();
    expect([unawaited(), awaited()]).toEqual([undefined, undefined]);
    probe!(true);
    expect(breaker.open).toBe(false);
    const both = [awaited(), awaited()];
    expect(both).not.toContain(undefined);
  });

  it('lets one call through that somebody waits for after a pause, each twice as long as the last, and none above a minute', () => {
    fail(5);
    const pauses: number[] = [];
    for (let count = 0; count < 9; count++) {
      const openedAt = clock.now();
      let probe = awaited();
      for (let tries = 0; probe === undefined && tries < 1_000; tries++) {
        clock.turn(100);
        probe = awaited();
      }
      expect(awaited()).toBeUndefined();
      pauses.push(clock.now() - openedAt);
      probe!(false);
    }

    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    clock.turn(60_000);
    awaited()!(true);
    fail(5);
    clock.turn(1_000);
    expect(awaited()).toBeDefined();
  });

  it('is not kept open longer by probes that nobody waited for', () => {
    fail(5);
    fail(9, unawaited);
    expect(awaited()).toBeUndefined();
    fail(1, unawaited);

    expect(awaited()).toBeDefined();
  });

  it('lets one call through as soon as there is a new connection, and closes when it is answered', () => {
    fail(5);
    breaker.connected();
    const probe = awaited();
    expect(awaited()).toBeUndefined();
    probe!(false);
    expect(awaited()).toBeUndefined();
    breaker.connected();
    awaited()!(true);

    expect(breaker.open).toBe(false);
  });

  it('closes with an answer to a call that was under way when it opened', () => {
    const slow = awaited();
    fail(5);
    slow!(true);

    expect(breaker.open).toBe(false);
  });
});
