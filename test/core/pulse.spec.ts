import { describe, expect, it } from '@jest/globals';
import { Pulse, type Point } from '../../libs/cache/src/core/insight/pulse.js';
import { core, Source } from '../support/core.js';

function pulsing() {
  const { clock, reader, cache, insight, memory } = core();
  const pulse = new Pulse({ clock, insight, memory });
  const read = (name: string, load: () => Promise<unknown> = async () => 1) => {
    const source = Object.assign(new Source(load, name), { name, counts: insight.counts.of(name) });
    return reader.read(source);
  };
  return { clock, cache, insight, pulse, read };
}

describe('the pulse', () => {
  it('tells what happened between two beats, in all and by method, and nothing twice', async () => {
    const { clock, cache, pulse, read } = pulsing();
    await read('before');
    pulse.start();
    await read('a');
    await read('a');
    await read('b', async () => {
      clock.turn(7);
      return 2;
    });
    await cache.invalidateTags(['row:1', 'row:2']);
    clock.turn(1_993);
    await read('a');
    clock.turn(2_000);
    clock.turn(2_000);

    expect(pulse.points).toMatchObject([
      {
        at: 2_000,
        reads: 3,
        hits: 1,
        sharedHits: 0,
        joined: 0,
        misses: 2,
        loads: 2,
        loadMs: 7,
        invalidations: 2,
        commits: 1,
        commitWaitMs: 0,
        entries: 3,
        methods: { a: [2, 1, 1, 0], b: [1, 0, 1, 7] },
      },
      { at: 4_000, reads: 1, hits: 0, misses: 1, loads: 1, invalidations: 0, commits: 0, methods: { a: [1, 0, 1, 0] } },
      { at: 6_000, reads: 0, methods: {} },
    ]);
    expect(pulse.points[0]!.bytes).toBeGreaterThan(0);
  });

  it('keeps the last ten minutes, and tells each beat as it comes', () => {
    const { clock, pulse } = pulsing();
    const told: Point[] = [];
    pulse.start((point) => told.push(point));
    clock.turn(700_000);

    expect(told).toHaveLength(350);
    expect(pulse.points).toEqual(told.slice(50));
  });

  it('stops when it is told to, and goes on beating when somebody fails to listen', () => {
    const { clock, pulse } = pulsing();
    let beats = 0;
    pulse.start(() => {
      beats++;
      if (beats === 1) throw new Error('not now');
    });
    expect(() => clock.turn(2_000)).toThrow('not now');
    clock.turn(2_000);
    expect(beats).toBe(2);

    pulse.stop();
    clock.turn(10_000);
    expect(beats).toBe(2);
    expect(clock.alarms).toBe(0);
  });

  it('takes no method name for something else', async () => {
    const { clock, pulse, read } = pulsing();
    pulse.start();
    await read('__proto__');
    clock.turn(2_000);

    expect(Object.keys(pulse.points[0]!.methods)).toEqual(['__proto__']);
  });
});
