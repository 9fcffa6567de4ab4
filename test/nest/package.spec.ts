// The package as it is published: built into a folder from which plain node finds it by its name.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisUrl } from '../support/redis-url.js';
import { repository } from '../house/source-tree.js';

const run = promisify(execFile);
let folder: string;

async function build(project: string, outDir: string): Promise<void> {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  // That it type-checks is another test's business, and takes the longest.
  const flags = ['--noCheck', '--declaration', 'false', '--sourceMap', 'false', '--outDir', outDir];
  await run(process.execPath, [tsc, '-p', join(repository, 'libs/cache', project), ...flags]);
}

async function node(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const environment: NodeJS.ProcessEnv = { ...process.env, NODE_OPTIONS: '', ...variables };
  const ended = run(process.execPath, [...args], { cwd: folder, env: environment, timeout: 25_000 });
  return ended.catch((error: { stdout: string; stderr: string; signal: string }) => error);
}

beforeAll(async () => {
  await mkdir(join(repository, 'dist'), { recursive: true });
  folder = await mkdtemp(join(repository, 'dist/package-test-'));
  const installed = join(folder, 'node_modules/@data-room/cache');
  await mkdir(join(installed, 'dist/cjs'), { recursive: true });
  await copyFile(join(repository, 'libs/cache/package.json'), join(installed, 'package.json'));
  await copyFile(join(import.meta.dirname, 'package.child.mjs'), join(folder, 'application.mjs'));
  await writeFile(join(installed, 'dist/cjs/package.json'), '{"type":"commonjs"}');
  await Promise.all([
    build('tsconfig.esm.json', join(installed, 'dist/esm')),
    build('tsconfig.cjs.json', join(installed, 'dist/cjs')),
  ]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the built package', () => {
  it.each([
    ['close', undefined],
    ['signal', 'SIGTERM'],
  ])(
    'works in plain node, is one copy for import and require, and after %s keeps no process alive',
    async (how, signal) => {
      const ended = await node(['application.mjs', how]);

      expect(ended).toMatchObject({ stderr: '' });
      expect(JSON.parse(ended.stdout)).toEqual({ answer: 'load 1,load 1,,load 2', oneCopy: true });
      expect(Reflect.get(ended, 'signal')).toBe(signal);
    },
  );

  it.each(['close', 'signal'])('with REDIS_URL keeps no process alive after %s either', async (how) => {
    const ended = await node(['application.mjs', how], { REDIS_URL: redisUrl, CACHE_PREFIX: randomUUID() });

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout).toContain('load 1,');
    expect(Reflect.get(ended, 'signal')).toBe(how === 'signal' ? 'SIGTERM' : undefined);
  });

  it.each([
    ['ioredis', 'ESM', 'import'],
    ['ioredis', 'CommonJS', 'require'],
    ['cache-manager-ioredis-yet', 'ESM', 'import'],
    ['cache-manager-ioredis-yet', 'CommonJS', 'require'],
  ])('says in one sentence that %s is missing, from %s', async (name, _, way) => {
    const nowhere = join(folder, 'node_modules', name);
    await mkdir(nowhere, { recursive: true });
    await writeFile(join(nowhere, 'package.json'), JSON.stringify({ name, version: '0.0.0' }));
    // An empty folder would do for import; require goes on to look in the folders above.
    const error = `new Error("Cannot find module '${name}'\\n- /app/node_modules/cache-manager-ioredis-yet/index.js")`;
    const missing = `throw Object.assign(${error}, { code: 'MODULE_NOT_FOUND' })`;
    if (way === 'require') await writeFile(join(nowhere, 'index.js'), missing);
    const index = './node_modules/@data-room/cache/dist/cjs/index.js';
    const taken = way === 'import' ? "await import('@data-room/cache')" : `require('${index}')`;
    const code = `require('reflect-metadata'); const { NestFactory } = require('@nestjs/core');
      (async () => { const { CacheModule } = ${taken};
      await NestFactory.createApplicationContext(CacheModule.forRoot(), { logger: false, abortOnError: false }); })()
      .catch((error) => console.log(error.message));`;
    const ended = await node(['-e', code], { REDIS_URL: 'redis://localhost:1' });
    await rm(nowhere, { recursive: true });

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout).toBe(
      `CACHE_REDIS_MISSING: REDIS_URL is set, and the package ${name} is not installed. ` +
        'Run npm install ioredis@5 cache-manager-ioredis-yet@2, or leave REDIS_URL out: then this process caches for itself alone.\n',
    );
  });

  it('has a CommonJS copy of its own for those who cannot require the other', async () => {
    const file = './node_modules/@data-room/cache/dist/cjs/index.js';
    const code = `require('reflect-metadata'); console.log(Object.keys(require('${file}')).join())`;

    const ended = await node(['-e', code]);

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout).toContain('CacheModule');
    expect(ended.stdout).toContain('InvalidatesTags');
  });
});
