import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeList, type Message } from '../../libs/cache/src/coherence/change-list.js';

describe('the change list', () => {
  let list: ChangeList;
  let position: number;

  beforeEach(() => {
    list = new ChangeList();
    position = 0;
  });

  const fence = (id: string, ...tags: string[]) =>
    list.apply({ kind: 'fence', position: ++position, fence: id, tags, owner: 'me', ref: '' });
  const settle = (id: string, ...changed: string[]) =>
    list.apply({ kind: 'settle', position: ++position, fence: id, changed });
  const purge = (floor: number) => list.apply({ kind: 'purge', position: ++position, floor } satisfies Message);

  it('I1: nothing read before a change is trusted after it, and what is read afterwards is', () => {
    const before = list.position;

    fence('one', 'a');
    settle('one', 'a');

    expect(list.allows(before, ['a'])).toBe(false);
    expect(list.allows(before, ['b'])).toBe(true);
    expect(list.allows(list.position, ['a'])).toBe(true);
  });

  it('I1: what was read while the fence stood is not trusted either', () => {
    fence('one', 'a');
    const within = list.position;

    settle('one', 'a');

    expect(list.allows(within, ['a'])).toBe(false);
  });

  it('I2: what is fenced is not answered, and is again once nobody fences it any more', () => {
    fence('one', 'a');
    fence('two', 'a', 'b');

    expect(list.allows(list.position, ['a'])).toBe(false);
    settle('one');
    expect(list.allows(list.position, ['a'])).toBe(false);
    settle('two');
    expect(list.allows(0, ['a', 'b'])).toBe(true);
  });

  it('I2: looking past one’s own fence shows the fences of others', () => {
    fence('mine', 'a');
    expect(list.allows(list.position, ['a'], 'mine')).toBe(true);

    fence('other', 'a');

    expect(list.allows(list.position, ['a'], 'mine')).toBe(false);
  });

  it('settles a fence it never saw, and one that was settled already', () => {
    settle('unseen', 'a');
    fence('one', 'a');
    settle('one', 'a');
    settle('one', 'a');

    expect(list.allows(list.position, ['a'])).toBe(true);
    expect(list.allows(0, ['a'])).toBe(false);
  });

  it('I3: a purge forgets the oldest changes and distrusts everything as old as they', () => {
    for (const tag of ['a', 'b', 'c']) {
      fence(tag, tag);
      settle(tag, tag);
    }
    const [afterA, afterB] = [2, 4];

    purge(list.floorFor(1));

    expect(list.size).toBe(1);
    expect(list.allows(0, ['a'])).toBe(false);
    expect(list.allows(afterA, ['b'])).toBe(false);
    expect(list.allows(afterB, ['a', 'b'])).toBe(true);
    expect(list.allows(afterB, ['c'])).toBe(false);
  });

  it('I3: a tag that changes again moves to the end, and is not purged with its first change', () => {
    for (const tag of ['a', 'b', 'a']) settle('none', tag);

    purge(list.floorFor(1));

    expect(list.allows(2, ['a'])).toBe(false);
    expect(list.allows(3, ['a'])).toBe(true);
  });

  it('I3: the floor never sinks', () => {
    settle('none', 'a');
    settle('none', 'b');

    purge(2);
    purge(1);

    expect(list.allows(1, ['unchanged'])).toBe(false);
  });
});
