import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BeforeApplicationShutdown,
  Controller,
  Get,
  Injectable,
  OnModuleDestroy,
  type INestApplication,
} from '@nestjs/common';
import { Cache, Cached } from '@data-room/cache';
import { Deferred } from '../support/deferred.js';
import { boot, closeAll } from './boot.js';

afterEach(closeAll);

describe('when the application is closed', () => {
  it('requests in flight are answered from the cache until the last has gone', async () => {
    const arrived = new Deferred<void>();
    const released = new Deferred<void>();
    @Injectable()
    class Rows implements OnModuleDestroy, BeforeApplicationShutdown {
      loads = 0;
      readonly seen: number[] = [];

      @Cached()
      async next(): Promise<number> {
        return ++this.loads;
      }
      async onModuleDestroy(): Promise<void> {
        this.seen.push(await this.next());
        released.resolve();
      }
      async beforeApplicationShutdown(): Promise<void> {
        this.seen.push(await this.next());
      }
    }
    @Controller()
    class Requests {
      constructor(private readonly rows: Rows) {}
      @Get()
      async slow(): Promise<number[]> {
        const before = await this.rows.next();
        arrived.resolve();
        await released.promise;
        return [before, await this.rows.next()];
      }
    }
    const module = await boot({ providers: [Rows], controllers: [Requests] });
    const app: INestApplication = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const request = fetch(await app.getUrl(), { headers: { connection: 'close' } });
    await arrived.promise;
    const closed = app.close();

    expect(await (await request).json()).toEqual([1, 1]);
    await closed;
    const rows = module.get(Rows);
    expect(rows.seen).toEqual([1, 1]);
    expect([await rows.next(), await rows.next()]).toEqual([2, 3]);
    await module.get(Cache).set('a', 1);
    expect(await module.get(Cache).get('a')).toBe(undefined);
  });

  it.each([
    ['close', undefined],
    ['signal', 'SIGTERM'],
  ])('by %s, nothing keeps the process alive', async (how, signal) => {
    const file = join(import.meta.dirname, 'lifecycle.child.ts');
    const args = ['--import', '@swc-node/register/esm-register', file, how];
    const run = promisify(execFile)(process.execPath, args, { timeout: 25_000, env: process.env });
    const ended = await run.catch(
      (error: { stdout: string; stderr: string; signal: string; killed: boolean }) => error,
    );

    expect(ended).toMatchObject({ stdout: '["a 1","a 1"]\n', stderr: '' });
    expect(Reflect.get(ended, 'signal')).toBe(signal);
    expect(Reflect.get(ended, 'killed') ?? false).toBe(false);
  });
});
