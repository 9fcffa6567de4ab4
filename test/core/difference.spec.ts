import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { admit, freeze } from '../../libs/cache/src/core/copy/copy.js';
import { differenceBetween } from '../../libs/cache/src/core/insight/difference.js';
import { kept } from './fidelity-cases.js';

class Plan {
  constructor(public name: string) {}
}

class Draft {
  constructor(public name: string) {}
}

class Sealed {
  readonly #cents: number;

  constructor(cents: number) {
    this.#cents = cents;
  }

  get cents(): number {
    return this.#cents;
  }
}

const crafts = {
  craftOf: (prototype: object) =>
    prototype === Sealed.prototype
      ? {
          toCache: (sealed: object) => (sealed as Sealed).cents,
          fromCache: (cents: unknown) => new Sealed(cents as number),
        }
      : undefined,
};

describe('what differs', () => {
  it.each<[unknown, unknown, string]>([
    [1, 2, 'result: 1 kept, 2 in the source'],
    [0, -0, 'result: 0 kept, -0 in the source'],
    [1, '1', "result: 1 kept, '1' in the source"],
    [null, undefined, 'result: null kept, undefined in the source'],
    [null, {}, 'result: null kept, {} in the source'],
    [{ a: { b: 1 } }, { a: { b: 2 } }, 'result.a.b: 1 kept, 2 in the source'],
    [{ a: 1, b: 2 }, { a: 1 }, 'result.b: 2 kept, nothing in the source'],
    [{ a: 1 }, { a: 1, b: undefined }, 'result.b: nothing kept, undefined in the source'],
    [
      { items: [{ name: 'Plan B' }] },
      { items: [{ name: 'Plan C' }] },
      "result.items[0].name: 'Plan B' kept, 'Plan C' in the source",
    ],
    [[1, 2], [1], 'result: 2 items kept, 1 items in the source'],
    [[1, { a: 2 }, 3], [3, 1, { a: 2 }], 'result: the same items in another order'],
    [[1, 2, 3], [1, 4, 3], 'result[1]: 2 kept, 4 in the source'],
    [new Set([1, 2]), new Set([2, 1]), 'result.values(): the same items in another order'],
    [new Map([['a', 1]]), new Map([['a', 2]]), 'result.values()[0]: 1 kept, 2 in the source'],
    [new Map([['a', 1]]), new Map([['b', 1]]), "result.keys()[0]: 'a' kept, 'b' in the source"],
    [new Plan('x'), new Draft('x'), 'result: an instance of Plan kept, an instance of Draft in the source'],
    [new Plan('x'), { name: 'x' }, 'result: an instance of Plan kept, an instance of Object in the source'],
    [new Date(0), new Date(1), 'result: 1970-01-01T00:00:00.000Z kept, 1970-01-01T00:00:00.001Z in the source'],
    [new Date(Number.NaN), new Date(0), 'result: Invalid Date kept, 1970-01-01T00:00:00.000Z in the source'],
    [/a/g, /a/, 'result: /a/g kept, /a/ in the source'],
    [
      Buffer.from('a'),
      Buffer.from('b'),
      'result: Buffer(1) [Uint8Array] [ 97 ] kept, Buffer(1) [Uint8Array] [ 98 ] in the source',
    ],
    [
      new Float64Array([1]),
      new Float64Array([2]),
      'result: Float64Array(1) [ 1 ] kept, Float64Array(1) [ 2 ] in the source',
    ],
    [new URL('http://a'), new URL('http://b'), ''],
    [new Error('a'), new Error('b'), "result.message: 'a' kept, 'b' in the source"],
    [new Sealed(1), new Sealed(2), 'result.toCache(): 1 kept, 2 in the source'],
    [Object.assign([1], { total: 1 }), Object.assign([1], { total: 2 }), 'result.total: 1 kept, 2 in the source'],
  ])('%p and %p', (one, other, what) => {
    const found = differenceBetween(one, other, crafts);

    expect(found?.what).toEqual(what === '' ? expect.stringMatching(/^result: .* kept/) : what);
    expect(differenceBetween(other, one, crafts)).toBeDefined();
    expect(differenceBetween(one, one, crafts)).toBeUndefined();
  });

  it('is shortened', () => {
    const found = differenceBetween({ text: 'a'.repeat(1_000) }, { text: 'b'.repeat(1_000) })!;

    expect(found.kept).toHaveLength(80);
    expect(found.what.length).toBeLessThan(300);
  });
});

describe('what does not differ', () => {
  it.each(Object.entries(kept))('two copies of %s', (_name, make) => {
    const holder = admit(make());

    expect(differenceBetween(holder.give(), holder.give())).toBeUndefined();
  });

  it('the order of properties, and the stack of an error', () => {
    const here = { a: 1, b: new Error('the same') };
    const there = { b: new Error('the same'), a: 1 };

    expect(here.b.stack).not.toBe(there.b.stack);
    expect(differenceBetween(here, there)).toBeUndefined();
  });

  it('two frozen copies', () => {
    const make = () => freeze(admit({ at: new Date(7), in: new Map([[1, new Set([2])]]) }).give()).give();

    expect(differenceBetween(make(), make())).toBeUndefined();
  });

  it('no method of a value is called', () => {
    class Shouting {
      name = 'x';
      [inspect.custom](): string {
        throw new Error('must not run');
      }
    }

    expect(differenceBetween([new Shouting()], [Object.assign(new Shouting(), { name: 'y' })])?.path).toBe(
      'result[0].name',
    );
  });
});
