// The ways into the library: what is published, what the compiler and the tests find under the same names, and what each needs.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { entrances } from './rules.js';
import { repository } from './source-tree.js';

const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const manifest = JSON.parse(read('libs/cache/package.json')) as {
  exports: Record<string, unknown>;
  typesVersions: { '*': Record<string, string[]> };
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};
const names = entrances.map((file) => file.replace(/\.ts$/, ''));
const exporters = names.filter((name) => name !== 'index');

describe('the entrances of the library', () => {
  it('are the files that stand above its layers', () => {
    const files = readdirSync(join(repository, 'libs/cache/src')).filter((name) => name.endsWith('.ts'));

    expect(files.sort()).toEqual([...entrances].sort());
  });

  it('are each published, for import and for require, and for compilers that know no exports', () => {
    const published = names.map((name) => [
      name === 'index' ? '.' : `./${name}`,
      {
        'module-sync': { types: `./dist/esm/${name}.d.ts`, default: `./dist/esm/${name}.js` },
        import: { types: `./dist/esm/${name}.d.ts`, default: `./dist/esm/${name}.js` },
        require: { types: `./dist/cjs/${name}.d.ts`, default: `./dist/cjs/${name}.js` },
      },
    ]);

    expect(manifest.exports).toEqual({ ...Object.fromEntries(published), './package.json': './package.json' });
    expect(manifest.typesVersions['*']).toEqual(
      Object.fromEntries(exporters.map((name) => [name, [`./dist/cjs/${name}.d.ts`]])),
    );
  });

  it('are found by the compiler under the names that applications use', () => {
    const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), (file) => ts.sys.readFile(file));
    const paths = exporters.map((name) => [`@data-room/cache/${name}`, [`./libs/cache/src/${name}.ts`]]);

    expect(config.compilerOptions.paths).toEqual({
      '@data-room/cache': ['./libs/cache/src/index.ts'],
      ...Object.fromEntries(paths),
    });
  });

  it('need packages that nobody has to have', () => {
    const { peerDependencies, peerDependenciesMeta } = manifest;
    for (const name of ['@nestjs/terminus', '@opentelemetry/api', 'prom-client']) {
      expect(peerDependencies).toHaveProperty([name]);
      expect(peerDependenciesMeta).toHaveProperty([name], { optional: true });
    }
  });
});
