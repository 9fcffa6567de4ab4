import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contains, narrowest, scopeInKey, scopeOf, scopePart } from '../../libs/cache/src/core/scope.js';
import { noStore } from '../../libs/cache/src/core/store.js';
import { core, Source } from '../support/core.js';

const name = fc.constantFrom('user', 'tenant', 'room');
const value = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom(
    '7',
    '7n',
    '-0',
    'a,b',
    'a:b',
    'user=7',
    '7,user=7',
    '7:x',
    '\\u002c',
    '"',
    '\ud800',
    'x'.repeat(300),
  ),
  fc.integer(),
  fc.bigInt(),
);
const scope = fc.dictionary(name, value, { minKeys: 1 });
const textOf = (told: Readonly<Record<string, string | number | bigint>>) =>
  scopeOf(Object.entries(told).map(([key, one]) => scopePart(key, one)!));

it('two scopes have one text if and only if they are the same, whatever the order', () => {
  fc.assert(
    fc.property(scope, scope, (one, other) => {
      const reversed = Object.fromEntries(Object.entries(one).reverse());
      const same = Object.entries(one).every(([key, told]) => Object.is(other[key], told) && key in other);
      const are = same && Object.keys(one).length === Object.keys(other).length;

      expect(textOf(reversed)).toBe(textOf(one));
      expect(textOf(one) === textOf(other)).toBe(are);
    }),
  );
});

it('the text can be read, and stands in a key whole', () => {
  expect(textOf({ user: 7, tenant: 'acme' })).toBe('tenant=acme,user=7');
  expect(textOf({ user: '7' })).toBe('user="7"');
  expect(textOf({ user: 'b,a:c' })).toBe('user="b\\u002ca\\u003ac"');
  fc.assert(
    fc.property(scope, fc.string(), (told, argument) => {
      expect(scopeInKey(`dataroom:Rooms.find:@${textOf(told)}:${argument}`)).toBe(textOf(told));
    }),
  );
  expect(scopeInKey('dataroom:Rooms.find:7')).toBeUndefined();
});

it.each([undefined, null, '', {}, [], true, Number.NaN, Infinity, () => 'a', Symbol('a')])('%p is nobody', (nobody) => {
  expect(scopePart('user', nobody)).toBeUndefined();
});

it('a scope contains those of which it names each value', () => {
  fc.assert(
    fc.property(scope, scope, (one, other) => {
      const all = Object.entries(other).every(([key, told]) => Object.is(one[key], told));

      expect(contains(textOf(one), textOf(other))).toBe(all);
      expect(narrowest(textOf(one), [textOf(other)]) === textOf(one)).toBe(all);
    }),
  );
  expect(contains(undefined, 'user=7')).toBe(false);
  expect(contains('user=77', 'user=7')).toBe(false);
});

it('I28: a result is kept only if it holds for nobody for whom something that helped it does not', async () => {
  const { reader, events } = core();
  const scoped = (key: string, own: string | undefined, give: () => Promise<unknown>) =>
    Object.assign(new Source(give, key), { scope: own });
  const personal = scoped('p', 'user=7', async () => 'of 7');
  const cases = [
    { own: undefined, loads: 2 },
    { own: 'user=7', loads: 1 },
    { own: 'user=8', loads: 2 },
    { own: 'tenant=a', loads: 2 },
    { own: 'tenant=a,user=7', loads: 1 },
  ];

  for (const [at, { own, loads }] of cases.entries()) {
    const around = scoped(`around ${at}`, own, () => reader.read(personal));
    expect([await reader.read(around), await reader.read(around)]).toEqual(['of 7', 'of 7']);
    expect({ own, loads: around.loads }).toEqual({ own, loads });
  }
  expect(personal.loads).toBe(1);
  expect(events.filter(({ kind }) => kind === 'confined')).toHaveLength(6);
});

it('I28: what another process has kept holds for those whom its key names', async () => {
  const stamp = { epoch: 'epoch of the test', position: 0 };
  const origin = { by: 'another', tookMs: 1, ageMs: 1 };
  const found = { value: () => 'of 7', weight: 1, stamp, tags: [], fallbackMs: 0, remainsMs: 1_000, ...origin };
  const get = async (_key: string, stands: (one: typeof found) => boolean) => (stands(found) ? found : undefined);
  const { cache } = core({}, { store: { ...noStore, get } });
  let loads = 0;
  const load = async (key: string) => {
    loads++;
    return cache.get(key);
  };

  for (const key of ['dataroom:Rooms.find:@user=7:7', 'dataroom:Rooms.find:7']) {
    const around = () => cache.getOrLoad(`around ${key}`, {}, () => load(key));
    expect([await around(), await around()]).toEqual(['of 7', 'of 7']);
  }
  expect(loads).toBe(3);
});
