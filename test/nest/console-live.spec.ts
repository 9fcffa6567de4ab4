// What the console tells as it happens, over the stream that a browser reads.
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Cache, Cached } from '@data-room/cache';
import type { Point } from '../../libs/cache/src/core/insight/pulse.js';
import { live } from '../../libs/cache/src/nest/console/live.js';
import type { CacheStatus, Status } from '../../libs/cache/src/nest/console/status.js';
import type { TransactionLine } from '../../libs/cache/src/nest/console/transactions.js';
import { closeConsoles, startConsole } from './console-app.js';

@Injectable()
class Rows {
  @Cached({ tags: (_row, id) => [`row:${id}`] })
  async row(id: number): Promise<number> {
    return id;
  }
}

interface Heard {
  readonly event: string;
  readonly data: unknown;
}

afterEach(closeConsoles);

async function start() {
  const started = await startConsole({ guards: 'none' }, { providers: [Rows] });
  return { ...started, rows: started.app.get(Rows), cache: started.app.get(Cache) };
}

/** The events of a stream until one is `enough`, or it ends. */
async function listen(response: IncomingMessage, enough: (heard: Heard) => boolean): Promise<Heard[]> {
  const heard: Heard[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response) {
    const blocks = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const event = /^event: (.+)$/m.exec(block)?.[1];
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (event === undefined || data === undefined) continue;
      heard.push({ event, data: JSON.parse(data) as unknown });
      if (enough(heard.at(-1)!)) return heard;
    }
  }
  return heard;
}

const are =
  (event: string) =>
  (heard: Heard): boolean =>
    heard.event === event;

describe('the stream', () => {
  it('begins with how the cache stands, and tells each beat of the pulse', async () => {
    const { stream, rows, ask } = await start();
    const response = await stream('/cache/live');
    expect(response.headers['content-type']).toContain('text/event-stream');
    for (const id of [1, 2, 1, 1]) await rows.row(id);

    const heard = await listen(response, are('point'));

    const status = heard.find(are('status'))!.data as CacheStatus;
    expect(status).toMatchObject({ instances: [{ self: true }], statistics: { inStep: true } });
    expect(status).not.toHaveProperty('pulse');
    const point = heard.find(are('point'))!.data as Point;
    expect(point).toMatchObject({ reads: 4, hits: 2, misses: 2, loads: 2, entries: 2 });
    expect(point.methods).toEqual({ 'Rows.row': [4, 2, 2, expect.any(Number)] });
    expect(Math.abs(point.at - Date.now())).toBeLessThan(5_000);
    const { pulse } = (await ask('/cache/status')).json as { pulse: { points: Point[] } };
    expect(pulse.points[0]).toEqual(point);
  });

  it('tells a transaction once it is settled, and none from before', async () => {
    const { stream, cache } = await start();
    await cache.invalidateTags(['row:1']);
    const response = await stream('/cache/live');
    const listening = listen(response, ({ event, data }) => event === 'transaction' && isOf(data, 'row:3'));
    await listen(await stream('/cache/live'), are('status'));
    await cache.invalidateTags(['row:2']);
    await cache.invalidateTags(['row:3']);

    const told = (await listening).filter(are('transaction')).map(({ data }) => data as TransactionLine);
    expect(told.map(({ tags, outcome, self }) => ({ tags, outcome, self }))).toEqual([
      { tags: ['row:2'], outcome: 'committed', self: true },
      { tags: ['row:3'], outcome: 'committed', self: true },
    ]);
  });

  it('ends after ten minutes, so that the guards are asked anew', async () => {
    jest.useFakeTimers();
    try {
      const status = { now: async () => ({}), settledSince: () => [], instant: 0 } as unknown as Status;
      let isOver = false;
      live(status, new Subject<Point>()).subscribe({ complete: () => (isOver = true) });

      await jest.advanceTimersByTimeAsync(10 * 60_000 - 1);
      expect(isOver).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(isOver).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends with the application, which does not wait for it', async () => {
    const { app, stream } = await start();
    const listening = listen(await stream('/cache/live'), () => false);
    const begunAt = performance.now();
    await app.close();

    expect((await listening).length).toBeGreaterThan(0);
    expect(performance.now() - begunAt).toBeLessThan(2_000);
  });
});

function isOf(data: unknown, tag: string): boolean {
  return (data as TransactionLine).tags.includes(tag);
}
