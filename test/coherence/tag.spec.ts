import { describe, expect, it } from '@jest/globals';
import { canonical, everything, familyOf, watchedBy } from '../../libs/cache/src/coherence/tag.js';

describe('a tag', () => {
  it('belongs to the family before its first colon', () => {
    expect(familyOf('folder:7')).toBe('folder:*');
    expect(familyOf('a:b:c')).toBe('a:*');
    expect(familyOf('stats')).toBeUndefined();
  });

  it('is the same however it is spelled', () => {
    expect(canonical('dataRoom:3F2A')).toBe(canonical('dataroom:3f2a'));
  });

  it('is watched together with its family, everything, and what is the entry’s own', () => {
    const watched = watchedBy('=key', ['Folder:7', 'folder:8', 'stats']);

    expect(new Set(watched)).toEqual(new Set([everything, '=key', 'folder:*', 'folder:7', 'folder:8', 'stats']));
    expect(watched).toHaveLength(6);
  });
});
