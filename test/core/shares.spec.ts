// How the memory is shared out among the scopes that want it.
import { describe, expect, it } from '@jest/globals';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { MemoryStore } from '../../libs/cache/src/core/memory/memory-store.js';
import { Shortcut } from '../../libs/cache/src/core/memory/shortcut.js';
import { HandClock } from '../support/hand-clock.js';

const claim = new Claim({ epoch: 'epoch', position: 0 }, []);
const entryOf = (scope: string | undefined, weight: number, expiresAt = 1e9) => ({
  kept: { weight, held: weight, give: () => weight },
  claim,
  tags: [],
  expiresAt,
  readAt: 0,
  fallbackMs: 0,
  scope,
  loadedAt: 0,
  tookMs: 0,
  by: undefined,
});

const megabyte = 1024 * 1024;
const size = 9_600;

function store(bounds: { maxBytes?: number; maxEntries?: number; scopeShare?: number } = {}) {
  const clock = new HandClock();
  return {
    clock,
    memory: new MemoryStore(
      { maxBytes: megabyte, maxEntries: 10_000, scopeShare: 0.25, purgeEveryMs: 1_000, ...bounds },
      clock,
    ),
  };
}

/** One room is read over and over, a little at a time, while others load ten times the memory. How many reads were hits? */
function hitRateBeside(crowd: readonly string[], scopeShare: number): number {
  const { memory } = store({ scopeShare });
  const hot = Array.from({ length: 20 }, (_, at) => `quiet:${at}`);
  for (const key of hot) memory.set(key, entryOf('room=quiet', size));
  let hits = 0;
  let reads = 0;
  for (let loaded = 0; loaded < (10 * megabyte) / size; loaded++) {
    const scope = crowd[loaded % crowd.length]!;
    memory.set(`${scope}:${loaded}`, entryOf(scope, size));
    if (loaded % 10 > 0) continue;
    const key = hot[reads++ % hot.length]!;
    if (memory.get(key) !== undefined) hits++;
    else memory.set(key, entryOf('room=quiet', size));
  }
  return hits / reads;
}

describe('a data room that loads ten times the memory', () => {
  it('leaves what others read where it is; without a share it would be gone', () => {
    expect(hitRateBeside(['room=loud'], 0.25)).toBe(1);
    expect(hitRateBeside(['room=loud'], 1)).toBeLessThan(0.1);
  });

  it('does so in company, too', () => {
    const three = ['room=a', 'room=b', 'room=c'];

    expect(hitRateBeside(three, 0.25)).toBe(1);
    expect(hitRateBeside(three, 1)).toBeLessThan(0.1);
  });

  it('keeps what it reads itself', () => {
    const { memory } = store();
    memory.set('other', entryOf('room=other', size));
    memory.set('own', entryOf('room=loud', size));

    for (let loaded = 0; loaded < (10 * megabyte) / size; loaded++) {
      memory.set(`loud:${loaded}`, entryOf('room=loud', size));
      memory.get('own');
    }

    expect(memory.get('own')).toBeDefined();
  });

  it('has all the memory while nobody else wants it, and gives up what is too much as soon as somebody does', () => {
    const { memory } = store();
    for (let loaded = 0; loaded < 200; loaded++) memory.set(`loud:${loaded}`, entryOf('room=loud', size));
    expect(memory.bytesOf('room=loud')).toBeGreaterThan(0.98 * megabyte);

    for (let loaded = 0; loaded < 52; loaded++) memory.set(`late:${loaded}`, entryOf('room=late', size));

    const kept = Array.from({ length: 52 }, (_, at) => memory.get(`late:${at}`)).filter(Boolean);
    expect(kept).toHaveLength(52);
    expect(memory.bytesOf('room=loud')).toBeLessThan(0.52 * megabyte);
  });

  it('is one, however many users of it are named beside it', () => {
    const { memory } = store();
    for (let at = 0; at < 20; at++) memory.set(`quiet:${at}`, entryOf('room=quiet,user=0', size));

    for (let loaded = 0; loaded < 1_000; loaded++) {
      memory.set(`loud:${loaded}`, entryOf(`room=loud,user=${loaded}`, size));
    }

    expect(Array.from({ length: 20 }, (_, at) => memory.get(`quiet:${at}`)).filter(Boolean)).toHaveLength(20);
  });

  it('may not take all the places either', () => {
    const { memory } = store({ maxEntries: 100 });
    for (let at = 0; at < 20; at++) memory.set(`quiet:${at}`, entryOf('room=quiet', 10));

    for (let loaded = 0; loaded < 1_000; loaded++) memory.set(`loud:${loaded}`, entryOf('room=loud', 10));

    expect(Array.from({ length: 20 }, (_, at) => memory.get(`quiet:${at}`)).filter(Boolean)).toHaveLength(20);
    expect(memory.size).toBe(100);
  });
});

describe('the shares', () => {
  it('leave the order among those within them, and among entries of no scope, to their last use', () => {
    const { memory } = store({ maxEntries: 8 });
    for (let at = 0; at < 6; at++) memory.set(`key${at}`, entryOf(at % 2 === 0 ? undefined : `room=${at}`, 10));
    for (let at = 6; at < 8; at++) memory.set(`key${at}`, entryOf(undefined, 10));
    memory.get('key0');

    memory.set('new', entryOf(undefined, 10));
    memory.set('newer', entryOf('room=9', 10));

    const left = Array.from({ length: 8 }, (_, at) => at).filter((at) => memory.get(`key${at}`) !== undefined);
    expect(left).toEqual([0, 3, 4, 5, 6, 7]);
  });

  it('take an entry that is heavier than one: it pushes out its own, and then only what it has to', () => {
    const { memory } = store();
    for (let at = 0; at < 50; at++) memory.set(`a:${at}`, entryOf('room=a', size));
    for (let at = 0; at < 20; at++) memory.set(`b:${at}`, entryOf('room=b', size));

    memory.set('heavy', entryOf('room=a', 700_000));
    memory.set('heavier', entryOf('room=a', 750_000));

    expect([memory.get('heavy'), memory.get('heavier')?.kept.weight]).toEqual([undefined, 750_000]);
    expect(Array.from({ length: 20 }, (_, at) => memory.get(`b:${at}`)).filter(Boolean)).toHaveLength(20);
  });

  it('are counted to the byte, whatever comes, goes, changes its scope or expires', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const { memory, clock } = store({ maxBytes: 300_000, maxEntries: 120 });
    const parts = Array.from({ length: 12 }, (_, at) => `room=${at}`);
    const scopes = [undefined, ...parts, 'room=1,user=1', 'room=1,user=2', 'room=2,user=2'];
    const partsOf = (scope: string | undefined) => scope?.split(',') ?? [];
    /** A shortcut is open for as long as its entry is here. */
    const here = new Map<string, string>();
    const last = new Map<string, { readonly scope: string | undefined; readonly weight: number }>();
    const set = (key: string): void => {
      const scope = scopes[random(scopes.length)];
      const shortcut = new Shortcut(here, key);
      const entry = entryOf(scope, random(random(50) === 0 ? 400_000 : 6_000), clock.now() + random(9_000));
      memory.set(key, entry, shortcut);
      const overhead = 350 + shortcut.weight + 150 * partsOf(scope).length;
      last.set(key, { scope, weight: entry.kept.weight + key.length + overhead });
    };
    const check = (): void => {
      const held = [...here.values()].map((key) => last.get(key)!);
      const total = (some: typeof held) => some.reduce((sum, { weight }) => sum + weight, 0);
      expect([memory.size, memory.bytes]).toEqual([held.length, total(held)]);
      expect(memory.bytes).toBeLessThanOrEqual(300_000);
      for (const part of [...parts, 'user=1', 'user=2']) {
        expect(memory.bytesOf(part)).toBe(total(held.filter(({ scope }) => partsOf(scope).includes(part))));
      }
      expect(memory.holders).toBe(new Set(held.flatMap(({ scope }) => partsOf(scope))).size);
    };

    for (let step = 0; step < 20_000; step++) {
      const key = `key:${random(400)}`;
      const way = random(100);
      if (way < 60) set(key);
      else if (way < 90) memory.get(key);
      else if (way < 97) memory.delete(key);
      else clock.turn(random(300));
      if (random(5_000) === 0) memory.clear();
      if (step % 50 === 0) check();
    }
    clock.turn(20_000);
    expect([memory.size, memory.bytes, memory.holders, clock.alarms]).toEqual([0, 0, 0, 0]);
  });

  it('remember nothing of scopes that are gone', () => {
    const { memory } = store({ maxEntries: 50 });

    for (let at = 0; at < 10_000; at++) memory.set(`key:${at}`, entryOf(`room=${at}`, 10));

    expect(memory.holders).toBe(50);
  });
});
