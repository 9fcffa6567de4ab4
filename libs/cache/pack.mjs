// What a build of the package needs beside compiled files: `node libs/cache/pack.mjs libs/cache/dist`.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dist = ''] = process.argv.slice(2);
const page = 'nest/console/page';
const served = /\.(?:html|js|css)$/;

for (const kind of ['esm', 'cjs'])
  cpSync(join(import.meta.dirname, 'src', page), join(dist, kind, page), {
    recursive: true,
    filter: (path) => path.endsWith(page) || served.test(path),
  });
writeFileSync(join(dist, 'cjs/package.json'), '{"type":"commonjs"}\n');
