// The console's routes as a browser meets them: who gets in, what is told, what is refused.
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Cache, Cached, CacheConsoleModule, CacheModule, type CacheConsoleOptions } from '@data-room/cache';
import { Claim } from '../../libs/cache/src/coherence/replica.js';
import { watchedBy } from '../../libs/cache/src/coherence/tag.js';
import type { Runtime } from '../../libs/cache/src/core/runtime.js';
import type { EntriesPage } from '../../libs/cache/src/nest/console/entries.js';
import type { CacheStatus } from '../../libs/cache/src/nest/console/status.js';
import { RUNTIME } from '../../libs/cache/src/nest/tokens.js';
import { closeConsoles, startConsole } from './console-app.js';

@Injectable()
class Rows {
  loads = 0;

  @Cached({ tags: (_row, id) => [`row:${id}`, 'table'] })
  async row(id: number): Promise<string> {
    this.loads++;
    return `row ${id}`;
  }
}

const Open = Reflector.createDecorator<boolean>();

function tokenOf(context: ExecutionContext): string | undefined {
  return context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>().headers.authorization;
}

@Injectable()
class TokenGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride(Open, [context.getHandler(), context.getClass()])) return true;
    if (tokenOf(context) === undefined) throw new UnauthorizedException('Say who you are.');
    return true;
  }
}

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return tokenOf(context) === 'Bearer admin';
  }
}

afterEach(closeConsoles);

async function start(options: CacheConsoleOptions = { guards: [AdminGuard] }, cache = {}) {
  const started = await startConsole(options, { cache, providers: [Rows] });
  return { ...started, rows: started.app.get(Rows), cache: started.app.get(Cache) };
}

const data: readonly [method: string, path: string][] = [
  ['GET', '/cache/status'],
  ['GET', '/cache/live'],
  ['GET', '/cache/entries'],
  ['GET', '/cache/explain?key=k'],
  ['GET', '/cache/dry-run?tags=row:1'],
  ['POST', '/cache/invalidate'],
  ['POST', '/cache/warm'],
];

describe('the console', () => {
  it('tells how the cache stands', async () => {
    const { ask, rows, cache } = await start(undefined, { prefix: 'own', ttls: { row: '1m' } });
    await rows.row(1);
    await rows.row(1);
    await cache.invalidateTags(['row:2', 'row:3']);

    const { status, json, caching } = await ask('/cache/status');
    const told = json as CacheStatus;

    expect({ status, caching }).toEqual({ status: 200, caching: 'no-store' });
    const self = { name: told.instance, self: true, state: 'in step', leaseMs: null, position: 2 };
    expect(told).toMatchObject({
      configuration: { enabled: true, prefix: 'own', ttl: 300, ttls: { row: 60 }, redis: null, encrypted: false },
      statistics: { inStep: true, leaseMs: null, methods: [{ name: 'Rows.row', hits: 1, misses: { cold: 1 } }] },
      instances: [{ ...self, statistics: { hits: 1, misses: 1, entries: 1 } }],
      breaker: { open: false, openings: 0 },
      transactions: [{ owner: told.instance, self: true, tags: ['row:2', 'row:3'], tagCount: 2, outcome: 'committed' }],
      warmings: [],
      differences: [],
      pulse: { everyMs: 2000, points: [] },
    });
    const [{ fencedAt, settledAt } = {}] = told.transactions;
    for (const instant of [told.at, fencedAt, settledAt]) expect(Math.abs(Date.now() - instant!)).toBeLessThan(5_000);
  });

  it.each(data)('%s %s is for whom the guards let in, those of the application and its own', async (method, path) => {
    const guard = { provide: APP_GUARD, useClass: TokenGuard };
    const { ask } = await startConsole({ guards: [AdminGuard], publicBy: [Open(true)] }, { providers: [guard] });

    expect((await ask(path, '', { method })).status).toBe(401);
    expect((await ask(path, 'somebody', { method })).status).toBe(403);
  });

  it('has a page that everybody may see, because it holds no data', async () => {
    const guard = { provide: APP_GUARD, useClass: TokenGuard };
    const { ask } = await startConsole({ guards: [AdminGuard], publicBy: [Open(true)] }, { providers: [guard] });

    expect(await ask('/cache', '')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(await ask('/cache/dashboard.js', '')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' });
    expect(await ask('/cache/dashboard.css', '')).toMatchObject({ status: 200, type: 'text/css; charset=utf-8' });
    expect((await ask('/cache/index.html', '')).status).toBe(404);
  });

  it('has its page ask where it is, under any path', async () => {
    const tokenKey = randomUUID();
    const { ask } = await startConsole({ guards: 'none', path: 'ops/store', tokenKey });
    const page = await ask('/ops/store', '');

    expect(page.text).toContain(`<meta name="token-key" content="${tokenKey}"`);
    expect(page.text).toContain('src="store/dashboard.js"');
    expect((await ask('/ops/store/?', '')).text).toContain('src="./dashboard.js"');
    expect((await ask('/ops/store/status', '')).status).toBe(200);
  });

  it.each([
    ['guards', {}],
    ['guards', { guards: [] }],
    ['guards', { guards: 'nobody' }],
    ['path', { guards: 'none', path: 'a b' }],
    ['tokenKey', { guards: 'none', tokenKey: '"><script>' }],
    ['publicBy', { guards: 'none', publicBy: ['Public'] }],
  ])('without proper %s stops the boot with a sentence: %j', async (name, options) => {
    const refusal = startConsole(options as unknown as CacheConsoleOptions);

    await expect(refusal).rejects.toThrow(`CACHE_OPTIONS_INVALID: ${name} of CacheConsoleModule must`);
  });

  it('imported bare, or without a cache, stops the boot with a sentence', async () => {
    const bare = Test.createTestingModule({ imports: [CacheModule.forRoot(), CacheConsoleModule] }).compile();
    const alone = Test.createTestingModule({ imports: [CacheConsoleModule.forRoot({ guards: 'none' })] }).compile();

    await expect(bare).rejects.toThrow('CACHE_OPTIONS_INVALID: guards of CacheConsoleModule');
    await expect(alone).rejects.toThrow('CACHE_OPTIONS_INVALID: CacheConsoleModule has no cache to show.');
  });
});

describe('entries', () => {
  it('are shown page by page, by their keys or by what would reach them', async () => {
    const { ask, rows, cache } = await start();
    for (let id = 1; id <= 5; id++) await rows.row(id);
    await cache.set('other', 1, { tags: ['row:*'] });
    await cache.invalidateTags(['row:3']);
    const page = async (query: string) => (await ask(`/cache/entries?${query}`)).json as EntriesPage;
    const keysOf = ({ entries }: EntriesPage) => entries.map(({ key }) => key);

    const first = await page('limit=2&prefix=Rows.row');
    expect(first).toMatchObject({ total: 5, next: 'dataroom:Rows.row:2' });
    expect(first.entries[0]).toMatchObject({
      name: 'Rows.row',
      tags: ['row:1', 'table'],
      by: null,
      live: true,
      scope: null,
    });
    expect(first.entries[0]!.bytes).toBeGreaterThan(300);
    expect(first.entries[0]!.expiresAt - first.entries[0]!.loadedAt).toBe(300_000);
    expect(first.tags[0]).toEqual({ tag: 'table', entries: 5 });
    const second = await page(`limit=3&prefix=dataroom:Rows.row&after=${first.next}`);
    expect(second.next).toBeNull();
    expect([...keysOf(first), ...keysOf(second)]).toEqual([1, 2, 3, 4, 5].map((id) => `dataroom:Rows.row:${id}`));
    expect(second.entries.map(({ live }) => live)).toEqual([false, true, true]);

    expect(keysOf(await page('tag=ROW:4'))).toEqual(['dataroom:Rows.row:4', 'other']);
    expect((await page('tag=row:*')).total).toBe(6);
    expect((await page('tag=row')).total).toBe(0);
  });

  it('are counted before they are invalidated, and are gone afterwards', async () => {
    const { ask, post, rows, cache } = await start();
    for (let id = 1; id <= 150; id++) await rows.row(id);
    await cache.set('pair', 1, { tags: ['pair:1,2'] });

    expect((await ask('/cache/dry-run?tags=table')).json).toMatchObject({
      tags: ['table'],
      entries: 150,
      methods: [{ name: 'Rows.row', entries: 150 }],
    });
    expect(((await ask('/cache/dry-run?tags=table')).json as { keys: string[] }).keys).toHaveLength(100);
    expect((await ask('/cache/dry-run?tags=row:1,row:2')).json).toMatchObject({ entries: 2 });
    expect((await ask('/cache/dry-run?tag=pair:1,2&tag=row:1')).json).toMatchObject({ entries: 2 });
    expect((await ask('/cache/dry-run?tags=*')).json).toMatchObject({ entries: 151 });

    const done = { status: 200, json: { done: true, reach: { waitedOut: [], through: 'list' } } };
    expect(await post('/cache/invalidate', { tags: ['row:1'], keys: ['dataroom:Rows.row:2'] })).toMatchObject(done);
    for (const id of [1, 2, 3]) await rows.row(id);
    expect(rows.loads).toBe(152);
    expect(await post('/cache/invalidate', { all: true })).toMatchObject(done);
    expect((await ask('/cache/entries')).json).toMatchObject({ entries: [], total: 0 });
    await rows.row(3);
    expect(rows.loads).toBe(153);
  });

  it('may be a hundred thousand, and a question takes no long while', async () => {
    const { app, ask } = await start(undefined, { maxMegabytes: 500 });
    const { memory, replica, clock } = app.get<Runtime>(RUNTIME);
    const kept = memory.keeper.keep('value', 'clone');
    const origin = { readAt: 0, fallbackMs: 0, scope: undefined, loadedAt: 0, tookMs: 0, by: undefined };
    for (let id = 0; id < 100_000; id++) {
      const tags = [`row:${id}`, 'all'];
      const claim = new Claim(replica.stamp, watchedBy(`=k:${id}`, tags));
      memory.set(`k:${id}`, { kept, claim, tags, expiresAt: clock.now() + 60_000, ...origin });
    }

    const slow: string[] = [];
    for (const path of [
      'entries?limit=200',
      'entries?tag=all&prefix=k:9',
      'dry-run?tags=all',
      'explain?key=k:7',
      'status',
    ]) {
      const begunAt = performance.now();
      expect((await ask(`/cache/${path}`)).status).toBe(200);
      if (performance.now() - begunAt > 2_000) slow.push(path);
    }

    expect(slow).toEqual([]);
    expect((await ask('/cache/dry-run?tags=all')).json).toMatchObject({ entries: 100_000 });
  });
});

describe('bad input', () => {
  it.each([
    '/cache/entries?limit=0',
    '/cache/entries?limit=201',
    '/cache/entries?limit=ten',
    '/cache/entries?tag=a&tag=b',
    '/cache/explain',
    '/cache/explain?key=',
    '/cache/explain?key=a&key=b',
    '/cache/dry-run',
    '/cache/dry-run?tags=a,,b',
    '/cache/dry-run?tags[a]=b',
  ])('GET %s is refused with a sentence', async (path) => {
    const { ask } = await start();
    const { status, json } = await ask(path);

    expect({ status, json }).toMatchObject({ status: 400, json: { message: expect.stringMatching(/^\w.*\.$|…/) } });
  });

  it.each([
    ['nothing', {}],
    ['a list', ['row:1']],
    ['no list', { tags: 'row:1' }],
    ['an empty list', { tags: [] }],
    ['an empty tag', { tags: [''] }],
    ['numbers', { keys: [7] }],
    ['all or nothing', { all: 'yes' }],
    ['not all', { all: false }],
    ['something else', { tags: ['row:1'], tag: 'row:2' }],
    ['too many', { tags: Array.from({ length: 1_001 }, () => 'row:1') }],
  ])('to invalidate %s is refused with a sentence, and nothing is invalidated', async (_, body) => {
    const { post, rows } = await start();
    await rows.row(1);
    const { status, json } = await post('/cache/invalidate', body);
    await rows.row(1);

    expect({ status, json }).toMatchObject({ status: 400, json: { message: expect.stringContaining('end') } });
    expect(rows.loads).toBe(1);
  });
});
