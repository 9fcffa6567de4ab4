// The type tests: files that compile, with @ts-expect-error above each line that must not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { complaints } from './compiler.js';
import { repository } from './source-tree.js';

describe('the type tests', () => {
  it('compile', () => {
    const files = readdirSync(join(repository, 'test/types')).filter((name) => name.endsWith('.ts'));

    expect(files).not.toEqual([]);
    expect(complaints(files.map((name) => `test/types/${name}`))).toEqual([]);
  }, 120_000);

  it('can fail: on an error, and on an error that is expected and does not come', () => {
    const planted = ['const wrong: number = "";', '// @ts-expect-error', 'const right: number = 1;', ''].join('\n');

    expect(complaints([], { 'test/types/planted.ts': planted })).toEqual([
      "test/types/planted.ts:1 Type 'string' is not assignable to type 'number'.",
      "test/types/planted.ts:2 Unused '@ts-expect-error' directive.",
    ]);
  }, 120_000);
});
