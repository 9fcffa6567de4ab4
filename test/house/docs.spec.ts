// The documents against the code: what one names, the other has.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { complaints } from './compiler.js';
import {
  allComments,
  codeBlocks,
  errorCodesOf,
  exampleVariables,
  knownBy,
  missingFrom,
  testTitles,
  variablesReadBy,
  words,
} from './documents.js';
import { repository, sourcesOf } from './source-tree.js';

const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const libraryDocuments = () =>
  readdirSync(join(repository, 'libs/cache'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `libs/cache/${name}`);

/** Names that look like ours and are another's. */
const foreignNames = [
  'CACHE_MANAGER', // the token of @nestjs/cache-manager
  'NODE_ENV', // a convention of the platform: it has no place in an .env file
];

const products = sourcesOf('libs', 'apps');
const errors = errorCodesOf(products.filter(({ path }) => path === 'libs/cache/src/core/errors.ts'));
const variables = new Set(missingFrom(new Set([...errors, ...foreignNames]), variablesReadBy(products)));

describe('.env.example', () => {
  const example = exampleVariables(read('.env.example'));

  it('names every variable that is read, and no other', () => {
    const known = new Set([...example.keys()].map((name) => knownBy(name, variables)));

    expect([...known].sort()).toEqual([...variables].sort());
  });

  it('has a sentence for each', () => {
    const speechless = [...example].filter(([, comment]) => !/\w+ .*[.!]/.test(comment)).map(([name]) => name);

    expect(speechless).toEqual([]);
  });
});

describe('the documents', () => {
  const text = ['README.md', ...libraryDocuments()].map(read).join('\n');
  const named = new Set([...words(text, /\bCACHE_[A-Z0-9_]*[A-Z0-9]\b/g)].map((name) => knownBy(name, variables)));

  it('name every error code', () => {
    expect(errors.size).toBeGreaterThan(0);
    expect(missingFrom(named, errors)).toEqual([]);
  });

  it('name no error code and no variable that does not exist', () => {
    expect(missingFrom(new Set([...errors, ...variables, ...foreignNames]), named)).toEqual([]);
  });

  it('link to files that exist', () => {
    const links = ['README.md', ...libraryDocuments()].flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) => join(path, '..', link)),
    );

    expect(links.filter((link) => !existsSync(join(repository, link)))).toEqual([]);
  });
});

describe('the invariants of PROTOCOL.md', () => {
  const shape = /\bI\d+\b/g;
  const invariants = words(read('libs/cache/PROTOCOL.md'), shape);
  const titles = testTitles(sourcesOf('test').filter(({ path }) => !path.startsWith('test/house/'))).join('\n');

  it('are each named by a test', () => {
    expect(invariants.size).toBeGreaterThan(0);
    expect(missingFrom(words(titles, shape), invariants)).toEqual([]);
  });

  it('are the only ones that tests and comments name', () => {
    expect(missingFrom(invariants, words(`${titles}\n${allComments(products)}`, shape))).toEqual([]);
  });
});

describe('the examples of the README', () => {
  it('compile', () => {
    const blocks = codeBlocks(read('README.md'), 'ts').map(({ line, text }) => [`README-line-${line}.ts`, text]);

    expect(blocks).not.toEqual([]);
    expect(complaints([], Object.fromEntries(blocks))).toEqual([]);
  }, 120_000);
});
