import { describe, expect, it } from '@jest/globals';
import { canonical, changedWith, everything, familyOf, watchedBy } from '../../libs/cache/src/coherence/tag.js';

describe('a tag', () => {
  it('belongs to the family before its first colon', () => {
    expect(familyOf('folder:7')).toBe('folder:*');
    expect(familyOf('a:b:c')).toBe('a:*');
    expect(familyOf('stats')).toBeUndefined();
  });

  it('is the same however it is spelled', () => {
    expect(canonical('dataRoom:3F2A')).toBe(canonical('dataroom:3f2a'));
  });

  it('of a key belongs to no family', () => {
    expect(familyOf('=dataroom:folder:7')).toBeUndefined();
    expect(changedWith('=dataroom:folder:7')).toEqual(['=dataroom:folder:7']);
  });

  it('of a key is spelled in one way: to change A is not to change a', () => {
    expect(changedWith('=A').some((tag) => watchedBy('=a', []).includes(tag))).toBe(false);
    expect(changedWith('=A').some((tag) => watchedBy('=A', []).includes(tag))).toBe(true);
  });

  it('changes with it whatever depends on any member of its family', () => {
    const watched = watchedBy('=key', ['Folder:*']);

    expect(changedWith('folder:7').some((tag) => watched.includes(tag))).toBe(true);
    expect(changedWith('folder:*').some((tag) => watched.includes(tag))).toBe(true);
    expect(changedWith('file:7').some((tag) => watched.includes(tag))).toBe(false);
    expect(changedWith('folder:7').some((tag) => watchedBy('=key', ['folder:8']).includes(tag))).toBe(false);
  });

  it('is watched together with its family, everything, and what is the entry’s own', () => {
    const watched = watchedBy('=key', ['Folder:7', 'folder:8', 'stats']);

    expect(new Set(watched)).toEqual(new Set([everything, '=key', 'folder:*', 'folder:7', 'folder:8', 'stats']));
    expect(watched).toHaveLength(6);
  });
});
