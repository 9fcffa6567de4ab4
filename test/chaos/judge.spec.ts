// The judge of the chaos runs, on histories written by hand: what it must find, and what it must let pass.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Entry } from './chronicle.js';
import type { Saying } from './history.js';
import { Judge, type Answer } from './judge.js';

let now: number;
let committed: Entry[];
let judge: Judge;

/** Seen at this instant. */
async function commit(register: string, version: number, place: string | null, label: string | null): Promise<void> {
  committed.push({ id: committed.length, register, version, place, label });
  await judge.look();
}

/** Answered at once, unless said otherwise. */
function given(answer: Partial<Answer> & Pick<Answer, 'sayings'>): Promise<number | undefined> {
  const verdict = judge.judge({ who: 'somebody', what: 'a read', from: now, to: now, ...answer });
  return verdict.then(({ staleMs }) => staleMs);
}

/** Of a read a moment later. */
async function staleness(answer: Partial<Answer> & Pick<Answer, 'sayings'>): Promise<number | undefined> {
  now++;
  const staleMs = given(answer);
  now++;
  await judge.look();
  return staleMs;
}

const named = (label: string): Saying => ({ register: 'folder:1', is: { place: 'root', label } });

beforeEach(async () => {
  now = 1;
  committed = [];
  judge = new Judge({ news: async () => committed.splice(0) }, () => now);
  await commit('folder:1', 0, 'root', 'a');
});

describe('an answer', () => {
  it('is well as long as nobody could see anything newer', async () => {
    expect(await staleness({ sayings: [named('a')] })).toBeUndefined();
  });

  it('is as old as the first sight of what came after it', async () => {
    now = 10;
    await commit('folder:1', 1, 'root', 'b');
    now = 40;
    await commit('folder:1', 2, 'root', 'c');
    now = 99;

    expect(await staleness({ sayings: [named('a')] })).toBe(90);
    now = 99;
    expect(await staleness({ sayings: [named('b')] })).toBe(60);
    expect(await staleness({ sayings: [named('c')] })).toBeUndefined();
  });

  it('may be older than what was committed while it was on its way', async () => {
    const from = now;
    now = 5;
    await commit('folder:1', 1, 'root', 'b');

    expect(await staleness({ from, sayings: [named('a')] })).toBeUndefined();
  });

  it('may be newer than the last look', async () => {
    committed.push({ id: 9, register: 'folder:1', version: 1, place: 'root', label: 'b' });

    expect(await staleness({ sayings: [named('b')] })).toBeUndefined();
  });

  it('that was never so is the worst', async () => {
    expect(await staleness({ sayings: [named('rolled back')] })).toBe(Infinity);
  });

  it('is stale if somebody else was answered with more before', async () => {
    now = 10;
    const first = given({ sayings: [named('b')] });
    now = 15;
    const second = given({ sayings: [named('a')] });
    now = 20;
    await commit('folder:1', 1, 'root', 'b');

    expect(await first).toBeUndefined();
    expect(await second).toBe(5);
  });

  it('is stale from the confirmation of a write on', async () => {
    judge.confirmed({ register: 'folder:1', place: 'root', label: 'b', from: 10, at: 12 });
    now = 15;
    const staleMs = given({ sayings: [named('a')] });
    now = 20;
    await commit('folder:1', 1, 'root', 'b');

    expect(await staleMs).toBe(3);
  });
});

describe('a listing', () => {
  const whole = { place: 'root', kinds: ['folder'] };

  it('is stale if it lacks what is there', async () => {
    expect(await staleness({ sayings: [], whole })).toBeGreaterThan(0);
    expect(await staleness({ sayings: [], whole: { ...whole, kinds: ['file'] } })).toBeUndefined();
  });

  it('is stale if it has what was moved or removed', async () => {
    await commit('folder:1', 1, 'elsewhere', 'a');
    expect(await staleness({ sayings: [named('a')], whole })).toBeGreaterThan(0);
    expect(await staleness({ sayings: [], whole })).toBeUndefined();

    await commit('folder:1', 2, null, null);
    expect(await staleness({ sayings: [], whole })).toBeUndefined();
  });
});

describe('access', () => {
  const inside: Saying = { register: 'member:1', inside: 'room' };
  const outside: Saying = { register: 'member:1', outside: 'room' };

  it('is denied from the removal on, and not before', async () => {
    expect(await staleness({ sayings: [outside] })).toBeUndefined();
    await commit('member:1', 0, 'room', 'viewer');
    expect(await staleness({ sayings: [outside] })).toBeGreaterThan(0);
    expect(await staleness({ sayings: [inside] })).toBeUndefined();
    await commit('member:1', 1, null, null);
    expect(await staleness({ sayings: [inside] })).toBeGreaterThan(0);
    expect(await staleness({ sayings: [outside] })).toBeUndefined();
  });
});
