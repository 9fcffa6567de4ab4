// Shows that each comparison of docs.spec.ts sees what it looks for, and can therefore fail.
import { complaints } from './compiler.js';
import {
  codeBlocks,
  errorCodesOf,
  exampleVariables,
  knownBy,
  missingFrom,
  testTitles,
  variablesReadBy,
} from './documents.js';
import { plant } from './source-tree.js';

describe('of code and documents', () => {
  it('what is missing is named', () => {
    expect(missingFrom(new Set(['a', 'b']), ['c', 'a'])).toEqual(['c']);
  });

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
    const text = '# Where.\n# Else nowhere.\nREDIS_URL=\n#CACHE_TTL=300\n\n# lost\n\nPORT=3000\n';

    expect([...exampleVariables(text)]).toEqual([
      ['REDIS_URL', 'Where. Else nowhere.'],
      ['CACHE_TTL', ''],
      ['PORT', ''],
    ]);
  });

  it('a variable is known by its family, unless it is known by itself', () => {
    const variables = new Set(['CACHE_TTL', 'CACHE_TTL_']);
    const names = ['CACHE_TTL_FOLDER', 'CACHE_TTL', 'CACHE_TTL_', 'CACHE_TTLS', 'PORT'];

    expect(names.map((name) => knownBy(name, variables))).toEqual([
      'CACHE_TTL_',
      'CACHE_TTL',
      'CACHE_TTL_',
      'CACHE_TTLS',
      'PORT',
    ]);
  });

  it('error codes are the literals of the union', () => {
    const sources = plant({ 'a.ts': "type Code = 'CACHE_A' | 'CACHE_B_C'; const d = 'd'" });

    expect([...errorCodesOf(sources)]).toEqual(['CACHE_A', 'CACHE_B_C']);
  });

  it('titles are those of tests and groups, not of calls beside them', () => {
    const sources = plant({
      'a.ts':
        "describe('I1', () => { it.each([1])('I2: %s', () => { expect('I3'); }); test(`I4 ${x}`, f); submit('I5'); });",
    });

    expect(testTitles(sources)).toEqual(['I1', 'I2: %s', '`I4 ${x}`']);
  });

  it('only blocks of the language count, and an example that does not compile is told with its line', () => {
    const readme = 'first\n```ts\nconst a: string = 1;\n```\n```tsx\nb\n```\n```\nc\n```\n';
    const [block] = codeBlocks(readme, 'ts');

    expect(codeBlocks(readme, 'ts')).toEqual([{ line: 2, text: 'const a: string = 1;\n' }]);
    expect(complaints([], { 'README-line-2.ts': block?.text ?? '' })).toEqual([
      "README-line-2.ts:1 Type 'number' is not assignable to type 'string'.",
    ]);
  }, 120_000);

  it('examples import the library by its name', () => {
    const example = "import { noSuchThing } from '@data-room/cache';\nexport const x = noSuchThing;";

    expect(complaints([], { 'README-line-1.ts': example })).toEqual([expect.stringContaining('noSuchThing')]);
  }, 120_000);
});
