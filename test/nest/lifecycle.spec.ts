import { afterEach, describe, expect, it } from '@jest/globals';
import { BeforeApplicationShutdown, Controller, Get, Injectable, OnModuleDestroy } from '@nestjs/common';
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
    const app = module.createNestApplication();
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
});
