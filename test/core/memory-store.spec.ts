import { describe, expect, it } from '@jest/globals';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { ExpiryWheel } from '../../libs/cache/src/core/memory/expiry-wheel.js';
import { MemoryStore } from '../../libs/cache/src/core/memory/memory-store.js';
import { HandClock } from '../support/hand-clock.js';

const claim = new Claim({ epoch: 'epoch', position: 0 }, []);
const entry = (weight: number, expiresAt: number) => ({
  kept: { weight, held: weight, give: () => weight },
  claim,
  tags: [],
  expiresAt,
  readAt: 0,
  fallbackMs: 0,
  scope: undefined,
  loadedAt: 0,
  tookMs: 0,
  by: undefined,
});

const usual = { maxBytes: 1_000_000, maxEntries: 1_000, scopeShare: 0.25, purgeEveryMs: 1_000 };

function store(bounds: Partial<typeof usual> = {}) {
  const clock = new HandClock();
  return { clock, memory: new MemoryStore({ ...usual, ...bounds }, clock) };
}

describe('the memory', () => {
  it('never holds more bytes than it may; the least recently used goes first', () => {
    const { memory } = store({ maxBytes: 50_000 });
    for (let i = 0; i < 4; i++) memory.set(`key${i}`, entry(10_000, 1_000));
    memory.get('key0');

    memory.set('another', entry(10_000, 1_000));

    expect(memory.bytes).toBeLessThanOrEqual(50_000);
    expect(['key0', 'key1', 'another'].map((key) => memory.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('never holds more entries than it may', () => {
    const { memory } = store({ maxEntries: 3 });

    for (let i = 0; i < 10; i++) memory.set(`key${i}`, entry(1, 1_000));

    expect(memory.size).toBe(3);
  });

  it('does not take what is too heavy for it, and does not keep the old value instead', () => {
    const { memory } = store({ maxBytes: 10_000 });
    memory.set('key', entry(10, 1_000));

    memory.set('key', entry(20_000, 1_000));

    expect(memory.get('key')).toBeUndefined();
    expect(memory.size).toBe(0);
  });

  it('answers nothing that has expired', () => {
    const { memory, clock } = store();
    memory.set('key', entry(1, 500));

    clock.turn(499);
    expect(memory.get('key')).toBeDefined();
    clock.turn(1);

    expect(memory.get('key')).toBeUndefined();
  });

  it('drops what has expired without a read, and then stops looking', () => {
    const { memory, clock } = store();
    for (let i = 0; i < 100; i++) memory.set(`key${i}`, entry(1, 500 + i * 100));

    clock.turn(5_000);
    expect(memory.size).toBeLessThanOrEqual(65);
    expect(memory.size).toBeGreaterThanOrEqual(50);
    clock.turn(20_000);

    expect([memory.size, memory.bytes, clock.alarms]).toEqual([0, 0, 0]);
  });

  it('drops it no more often than it is told to', () => {
    const { memory, clock } = store({ purgeEveryMs: 10_000 });
    memory.set('key', entry(1, 500));

    clock.turn(9_999);
    expect([memory.get('key'), memory.size]).toEqual([undefined, 1]);
    clock.turn(1);
    expect(memory.size).toBe(0);
    memory.set('key', entry(1, 10_500));
    memory.set('another', entry(1, 30_500));

    clock.turn(10_000);
    expect(memory.size).toBe(1);
    clock.turn(19_999);
    expect(memory.size).toBe(1);
    clock.turn(1);

    expect([memory.size, clock.alarms]).toEqual([0, 0]);
  });

  it('does not drop a newer value of the key with the older one', () => {
    const { memory, clock } = store();
    memory.set('key', entry(1, 1_000));
    memory.set('key', entry(1, 10_000));

    clock.turn(5_000);

    expect(memory.get('key')).toBeDefined();
  });
});

describe('the expiry wheel', () => {
  it('gives everything that has passed, also after a stall longer than there are slots', () => {
    const wheel = new ExpiryWheel<string>(0);
    wheel.add('soon', 500);
    wheel.add('later', 90_000);
    wheel.add('much later', 900_000);

    expect([...wheel.turn(100_000)]).toEqual(['soon', 'later']);
    expect([...wheel.turn(1_000_000)]).toEqual(['much later']);
  });

  it('gives nothing that was removed', () => {
    const wheel = new ExpiryWheel<string>(0);
    wheel.add('one', 500);
    wheel.remove('one', 500);
    wheel.remove('never added', 500);

    expect([...wheel.turn(10_000)]).toEqual([]);
  });
});
