import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, type Duration } from '@data-room/cache';
import { boot, closeAll } from './boot.js';

class Money {
  constructor(
    readonly amount: number,
    readonly notes: string[] = [],
  ) {}
}

@Injectable()
class Source {
  loads = 0;
  tenant = 'a';
  result: unknown;
  lasts: Duration = 60;
  given: unknown = [];

  @Cached()
  async any(..._args: unknown[]): Promise<number> {
    return ++this.loads;
  }

  @Cached({
    key(query) {
      return [this.tenant, query];
    },
  })
  async keyed(query: string, _signal?: AbortSignal): Promise<string> {
    return `${this.tenant} ${query} ${++this.loads}`;
  }

  @Cached({ key: () => Source })
  async badlyKeyed(): Promise<number> {
    return ++this.loads;
  }

  @Cached()
  async value(): Promise<unknown> {
    this.loads++;
    return this.result;
  }

  @Cached({ copy: 'freeze' })
  async frozen(): Promise<unknown> {
    this.loads++;
    return this.result;
  }

  @Cached()
  fails(how: 'throws' | 'rejects'): Promise<never> {
    this.loads++;
    if (how === 'throws') throw this.result;
    return Promise.reject(this.result);
  }

  @Cached({
    ttl() {
      return this.lasts;
    },
  })
  async expiring(): Promise<number> {
    return ++this.loads;
  }

  @Cached({ ttl: 0 })
  async never(): Promise<number> {
    return ++this.loads;
  }

  @Cached({
    tags() {
      if (this.given instanceof Error) throw this.given;
      return this.given as string[];
    },
  })
  async tagged(): Promise<number> {
    return ++this.loads;
  }
}

let source: Source;
let warnings: string[];

beforeEach(async () => {
  const app = await boot({ providers: [Source] });
  source = app.get(Source);
  ({ warnings } = app);
});
afterEach(closeAll);

describe('the key of a call', () => {
  it('is its arguments, told apart as a method could', async () => {
    const calls = [
      [],
      [undefined],
      [null],
      [1],
      ['1'],
      [1n],
      [true],
      [{ a: 1 }],
      [{ a: '1' }],
      [[1, 2]],
      [1, 2],
      [new Date(0)],
      [new Date(0).toISOString()],
      ['a', undefined],
      ['a'],
      ['a,b'],
      ['x'.repeat(1_000)],
    ];

    for (const args of calls) await source.any(...args);
    expect(source.loads).toBe(calls.length);
    for (const [at, args] of calls.entries()) expect(await source.any(...args)).toBe(at + 1);
    expect(await source.any({ b: 1, a: 2 })).toBe(await source.any({ a: 2, b: 1 }));
  });

  it.each([
    ['a class instance', new Money(1), 'arguments[1].query is an instance of Money'],
    ['a function', () => 1, 'arguments[1].query is a function'],
    ['a symbol', Symbol('s'), 'arguments[1].query is a symbol'],
  ])('with %s as an argument the call is answered uncached, with one warning', async (_name, argument, place) => {
    const call = () => source.any('a', { query: argument });

    expect([await call(), await call(), await call()]).toEqual([1, 2, 3]);
    expect(warnings).toEqual([
      `Source.any is answered from the source: its key failed. CACHE_ARGUMENT_UNENCODABLE: ${place}, which cannot be ` +
        'part of a key. Give @Cached a `key`.',
    ]);
  });

  it('is what `key` gives, which may use this and leave arguments out', async () => {
    const { signal } = new AbortController();

    expect(await source.keyed('q', signal)).toBe('a q 1');
    expect(await source.keyed('q')).toBe('a q 1');
    source.tenant = 'b';
    expect(await source.keyed('q', signal)).toBe('b q 2');
    expect([await source.badlyKeyed(), await source.badlyKeyed()]).toEqual([3, 4]);
    expect(warnings).toEqual([expect.stringContaining('Source.badlyKeyed')]);
  });
});

describe('the result of a call', () => {
  it.each([[null], [undefined], [0], [''], [false], [Number.NaN]])('%p is kept', async (value) => {
    source.result = value;

    expect([await source.value(), await source.value()]).toEqual([value, value]);
    expect(source.loads).toBe(1);
  });

  it('is never changed by what a caller does to it, and instances stay instances', async () => {
    source.result = { price: new Money(1, ['kept']), on: new Date(0), by: new Map([['a', [1]]]) };
    type Result = { price: Money; on: Date; by: Map<string, number[]> };
    const spoil = (result: Result) => {
      result.price.notes.push('spoilt');
      result.on.setTime(1);
      result.by.get('a')!.push(2);
    };
    spoil((await source.value()) as Result);
    spoil((await source.value()) as Result);

    const result = (await source.value()) as Result;

    expect(result).toEqual({ price: new Money(1, ['kept']), on: new Date(0), by: new Map([['a', [1]]]) });
    expect(result.price).toBeInstanceOf(Money);
    expect(source.loads).toBe(1);
  });

  it('with copy: freeze is one frozen value for all, and the loader’s own stays free', async () => {
    const own = { price: new Money(1, ['kept']) };
    source.result = own;
    const first = (await source.frozen()) as typeof own;

    expect(await source.frozen()).toBe(first);
    expect(first).toEqual(own);
    expect(() => first.price.notes.push('spoilt')).toThrow(TypeError);
    own.price.notes.push('free');
    expect(first.price.notes).toEqual(['kept']);
  });

  it('that cannot be copied is given as it is, kept never, and warned of once', async () => {
    source.result = { run: () => 1 };

    expect(await source.value()).toBe(source.result);
    expect(await source.value()).toBe(source.result);
    expect(source.loads).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^Source\.value is answered from the source each time: .*\.run/)]);
  });

  it.each(['throws', 'rejects'] as const)(
    'an error that it %s reaches the caller as it is, and is not kept',
    async (how) => {
      for (const error of [new Error('mine'), 'a text', undefined]) {
        source.result = error;
        await expect(source.fails(how)).rejects.toBe(error);
        await expect(source.fails(how)).rejects.toBe(error);
      }
      expect(source.loads).toBe(6);
    },
  );
});

describe('the ttl and the tags of a call', () => {
  it('a ttl may be read off the result, as seconds or as text', async () => {
    for (const lasts of [60, 0.5, '500ms', '5m', '2h', '1d'] as const) {
      const app = await boot({ providers: [Source] });
      const fresh = Object.assign(app.get(Source), { lasts });
      expect([await fresh.expiring(), await fresh.expiring()]).toEqual([1, 1]);
    }
  });

  it('of zero, or of less because it has passed already, is not kept and not wrong', async () => {
    for (const lasts of [0, -1, '0s'] as const) {
      source.lasts = lasts;
      expect(await source.expiring()).not.toBe(await source.expiring());
    }
    expect(await source.never()).not.toBe(await source.never());
    expect(warnings).toEqual([]);
  });

  it.each([[Number.NaN], [Infinity], ['soon'], [undefined], [null], [{}]])(
    'a ttl of %p: not kept, one warning',
    async (lasts) => {
      source.lasts = lasts as never;

      expect([await source.expiring(), await source.expiring()]).toEqual([1, 2]);
      expect(warnings).toEqual([
        expect.stringMatching(/^Source\.expiring is answered from the source: its ttl failed\./),
      ]);
    },
  );

  it.each([[new Error('no room 4711')], ['room:1'], [undefined], [[1]], [[undefined]], [Promise.resolve([])]])(
    'tags that are %p: answered, not kept, one warning',
    async (given) => {
      source.given = given;

      expect([await source.tagged(), await source.tagged()]).toEqual([1, 2]);
      expect(warnings).toEqual([
        expect.stringMatching(/^Source\.tagged is answered from the source: its tags failed\./),
      ]);
    },
  );
});
