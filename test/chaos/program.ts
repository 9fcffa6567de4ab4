/** The data room compiled once for many starts, with the cache that is asked for behind `@data-room/cache`. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transform, type Options } from '@swc/core';

const sources = ['apps/data-room/src', 'libs/cache/src', 'test/chaos/bento'];
const caches = { ours: 'libs/cache/src', bentocache: 'test/chaos/bento' };
/** What the data room imports of it. */
const entrances = ['index', 'prometheus'];

const options: Options = {
  configFile: false,
  swcrc: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

export class Program {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get main(): string {
    return join(this.#folder, 'apps/data-room/src/main.js');
  }

  /** Below the repository's node_modules, where packages are found as they are from the sources, and Git does not look. */
  static async build(cache: keyof typeof caches): Promise<Program> {
    const shelf = resolve('node_modules/.cache');
    await mkdir(shelf, { recursive: true });
    const folder = await mkdtemp(join(shelf, 'chaos-'));
    const alias = join(folder, 'node_modules/@data-room/cache');
    await mkdir(alias, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const exported = { '.': './index.js', './*': './*.js' };
    await writeFile(join(alias, 'package.json'), JSON.stringify({ type: 'module', exports: exported }));
    for (const name of entrances)
      await writeFile(join(alias, `${name}.js`), `export * from '../../../${caches[cache]}/${name}.js';\n`);
    await Promise.all(sources.map((source) => compile(source, folder)));
    return new Program(folder);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function compile(source: string, folder: string): Promise<void> {
  const names = await readdir(source, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  await Promise.all(
    files.map(async (file) => {
      const target = join(folder, file);
      await mkdir(dirname(target), { recursive: true });
      if (!file.endsWith('.ts')) return cp(file, target);
      const { code } = await transform(await readFile(file, 'utf8'), { ...options, filename: file });
      await writeFile(target.replace(/\.ts$/, '.js'), code);
    }),
  );
}
