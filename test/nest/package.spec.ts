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
  await Promise.all([
    build('tsconfig.esm.json', join(installed, 'dist/esm')),
    build('tsconfig.cjs.json', join(installed, 'dist/cjs')),
  ]);
  await run(process.execPath, [join(repository, 'libs/cache/pack.mjs'), join(installed, 'dist')]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The expression by which plain node takes an entrance: by its name, or as somebody who cannot require ESM. */
function takenBy(way: string, entrance: string): string {
  if (way === 'import') return `import('@data-room/cache${entrance === 'index' ? '' : `/${entrance}`}')`;
  return `Promise.resolve(require('./node_modules/@data-room/cache/dist/cjs/${entrance}.js'))`;
}

/** While a package is not there. An empty folder does for import; require goes on to look in the folders above. */
async function without<T>(name: string, way: string, work: () => Promise<T>): Promise<T> {
  const nowhere = join(folder, 'node_modules', name);
  await mkdir(nowhere, { recursive: true });
  await writeFile(join(nowhere, 'package.json'), JSON.stringify({ name, version: '0.0.0' }));
  const error = `new Error("Cannot find module '${name}'\\n- /app/node_modules/cache-manager-ioredis-yet/index.js")`;
  const missing = `throw Object.assign(${error}, { code: 'MODULE_NOT_FOUND' })`;
  if (way === 'require') await writeFile(join(nowhere, 'index.js'), missing);
  try {
    return await work();
  } finally {
    await rm(nowhere, { recursive: true });
  }
}

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
    const code = `require('reflect-metadata'); const { NestFactory } = require('@nestjs/core');
      (async () => { const { CacheModule } = await ${takenBy(way, 'index')};
      await NestFactory.createApplicationContext(CacheModule.forRoot(), { logger: false, abortOnError: false }); })()
      .catch((error) => console.log(error.message));`;
    const ended = await without(name, way, () => node(['-e', code], { REDIS_URL: 'redis://localhost:1' }));

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout).toBe(
      `CACHE_REDIS_MISSING: REDIS_URL is set, and the package ${name} is not installed. ` +
        'Run npm install ioredis@5 cache-manager-ioredis-yet@2, or leave REDIS_URL out: then this process caches for itself alone.\n',
    );
  });

  it.each([
    ['prometheus', 'ESM', 'registerCacheMetrics', 'prom-client', 'prom-client@15', 'import'],
    ['prometheus', 'CommonJS', 'registerCacheMetrics', 'prom-client', 'prom-client@15', 'require'],
    ['opentelemetry', 'ESM', 'instrumentCache', '@opentelemetry/api', '@opentelemetry/api@1', 'import'],
    ['opentelemetry', 'CommonJS', 'instrumentCache', '@opentelemetry/api', '@opentelemetry/api@1', 'require'],
  ])(
    'says in one sentence that the package for /%s is missing, from %s',
    async (entrance, _, name, wanted, install, way) => {
      const code = `${takenBy(way, entrance)}.then((exporter) => exporter.${name}({}))
      .catch((error) => console.log(error.message))`;

      const ended = await without(wanted, way, () => node(['-e', code]));

      expect(ended).toMatchObject({ stderr: '' });
      expect(ended.stdout).toBe(
        `CACHE_PACKAGE_MISSING: ${name} needs the package ${wanted}, which is not installed. Run npm install ${install}.\n`,
      );
    },
  );

  it.each(['import', 'require'])('has entrances for exporters that work with its own cache, by %s', async (way) => {
    const code = `require('reflect-metadata'); const { NestFactory } = require('@nestjs/core');
      (async () => {
        const { Cache, CacheModule } = await ${takenBy(way, 'index')};
        const { registerCacheMetrics } = await ${takenBy(way, 'prometheus')};
        const { instrumentCache } = await ${takenBy(way, 'opentelemetry')};
        const { CacheHealthIndicator } = await ${takenBy(way, 'terminus')};
        class Application {}
        Reflect.defineMetadata('imports', [CacheModule.forRoot()], Application);
        Reflect.defineMetadata('providers', [CacheHealthIndicator], Application);
        const app = await NestFactory.createApplicationContext(Application, { logger: false });
        const unregister = await registerCacheMetrics(app.get(Cache));
        const stop = await instrumentCache(app.get(Cache));
        await app.get(Cache).getOrLoad('dataroom:row:1', {}, async () => 1);
        const text = await require('prom-client').register.metrics();
        const health = await app.get(CacheHealthIndicator).isHealthy('cache');
        console.log(JSON.stringify({ misses: /misses_total.* 1/.exec(text)?.[0], health }));
        stop(); unregister(); await app.close();
      })()`;

    const ended = await node(['-e', code]);

    expect(ended).toMatchObject({ stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({
      misses: 'misses_total{method="row",reason="cold"} 1',
      health: { cache: { status: 'up', degraded: false } },
    });
  });

  it('has a CommonJS copy of its own for those who cannot require the other', async () => {
    const file = './node_modules/@data-room/cache/dist/cjs/index.js';
    const code = `require('reflect-metadata'); console.log(Object.keys(require('${file}')).join())`;

    const ended = await node(['-e', code]);

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout).toContain('CacheModule');
    expect(ended.stdout).toContain('InvalidatesTags');
  });

  it.each(['import', 'require'])('serves the dashboard where it is taken by %s', async (way) => {
    const code = `require('reflect-metadata'); const { NestFactory } = require('@nestjs/core');
      (async () => { const { CacheModule, CacheConsoleModule } = await ${takenBy(way, 'index')};
      class Application {}
      require('@nestjs/common').Module({ imports: [CacheModule.forRoot(), CacheConsoleModule.forRoot({ guards: 'none' })] })(Application);
      const app = await NestFactory.create(Application, { logger: false, abortOnError: false });
      await app.listen(0, '127.0.0.1');
      for (const part of ['', '/dashboard.js', '/dashboard.css', '/status']) {
        const answer = await fetch(await app.getUrl() + '/cache' + part);
        console.log(answer.status, answer.headers.get('content-type'), (await answer.text()).length > 100);
      }
      await app.close(); })().catch((error) => console.log(error));`;

    const ended = await node(['-e', code]);

    expect(ended).toMatchObject({ stderr: '' });
    expect(ended.stdout.trim().split('\n')).toEqual([
      '200 text/html; charset=utf-8 true',
      '200 text/javascript; charset=utf-8 true',
      '200 text/css; charset=utf-8 true',
      '200 application/json; charset=utf-8 true',
    ]);
  });
});
