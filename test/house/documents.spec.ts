// Shows that each comparison of docs.spec.ts sees what it looks for, and can therefore fail.
import { complaints } from './compiler.js';
import { codeBlocks, errorCodesOf, exampleVariables, missingFrom, testTitles, variablesReadBy } from './documents.js';
import { plant } from './source-tree.js';

describe('of code and documents', () => {
  it('variables are seen however they are read', () => {
    const sources = plant({
      'a.ts': `process.env.ONE; process.env['REDIS_URL']; const { TWO, THREE: x } = process.env; given.CACHE_TTL;
        const table = { PORT: 1 }; read('CACHE_ENABLED'); // CACHE_NOT_READ`,
    });

    expect([...variablesReadBy(sources)].sort()).toEqual([
      'CACHE_ENABLED',
      'CACHE_TTL',
      'ONE',
      'PORT',
      'REDIS_URL',
      'THREE',
      'TWO',
    ]);
  });

  it('a variable of .env.example has the comment above it and no other', () => {
    const example = "import { noSuchThing } from '@data-room/cache';\nexport const x = noSuchThing;";

    expect(complaints([], { 'README-line-1.ts': example })).toEqual([expect.stringContaining('noSuchThing')]);
  }, 120_000);
});
