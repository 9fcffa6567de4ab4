import { expect, it } from '@jest/globals';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { MemoryStore } from '../../libs/cache/src/core/memory/memory-store.js';
import { Shortcut } from '../../libs/cache/src/core/memory/shortcut.js';
import { HandClock } from '../support/hand-clock.js';

const claim = new Claim({ epoch: 'epoch', position: 0 }, []);
const kept = { weight: 1, held: 1, give: () => 1 };
const origin = { loadedAt: 0, tookMs: 0, by: undefined };
const terms = { kept, claim, tags: [], readAt: 0, fallbackMs: 0, scope: undefined, ...origin };
const entry = (expiresAt = 1_000) => ({ ...terms, expiresAt });

function store(maxEntries = 10) {
  const clock = new HandClock();
  return {
    clock,
    keys: new Map<string, string>(),
    memory: new MemoryStore({ maxBytes: 100_000, maxEntries, scopeShare: 1, purgeEveryMs: 1_000 }, clock),
  };
}

it('a shortcut leads to the key while the entry is there, also after it was replaced', () => {
  const { keys, memory } = store();

  memory.set('prefix:method:a', entry(), new Shortcut(keys, 'a'));
  memory.set('prefix:method:a', entry(), new Shortcut(keys, 'a'));

  expect([...keys]).toEqual([['a', 'prefix:method:a']]);
});

it('closes when the entry goes: deleted, pushed out, expired, cleared, or replaced by one without', () => {
  const { keys, memory, clock } = store(2);
  const set = (argument: string): boolean => memory.set(argument, entry(), new Shortcut(keys, argument));

  set('deleted');
  memory.delete('deleted');
  for (const argument of ['pushed out', 'replaced', 'expired']) set(argument);
  memory.set('replaced', entry());
  expect([...keys.keys()]).toEqual(['expired']);
  clock.turn(10_000);
  expect([...keys.keys()]).toEqual([]);
  set('cleared');
  memory.clear();

  expect([...keys.keys()]).toEqual([]);
});

it('an entry that is too heavy opens none', () => {
  const { keys, memory } = store();

  memory.set('key', { ...entry(), kept: { ...kept, weight: 200_000 } }, new Shortcut(keys, 'key'));

  expect(keys.size).toBe(0);
});
