import { jest } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { admit, freeze, Uncopyable } from '../../libs/cache/src/core/copy/copy.js';
import { runChild } from './child.js';
import { difference, complaints } from './fidelity.js';
import { kept, Owner, refused, StoredFile } from './fidelity-cases.js';

describe('a kept value', () => {
  it('comes out exactly as it went in, or is refused with the place and the reason', () => {
    expect(complaints()).toEqual([]);
    expect(Object.keys(kept).length).toBeGreaterThan(45);
    expect(Object.keys(refused).length).toBeGreaterThan(40);
  });

  it('does so in a process of its own, where there is one realm', async () => {
    expect(await runChild('fidelity.child.ts')).toEqual([]);
  }, 30_000);

  it('does not show what the one who brought it does to it afterwards', () => {
    const brought = { items: [{ at: new Date(1), tags: new Set(['a']), bytes: Buffer.from('ab') }] };
    const holder = admit(brought);

    brought.items[0]!.at.setTime(99);
    brought.items[0]!.tags.add('b');
    brought.items[0]!.bytes[0] = 0;
    brought.items.push(brought.items[0]!);

    expect(holder.give()).toEqual({ items: [{ at: new Date(1), tags: new Set(['a']), bytes: Buffer.from('ab') }] });
  });

  it('does not show what one who got it does to it', () => {
    const holder = admit([new StoredFile(), new StoredFile()]);

    const [got] = holder.give();
    got!.owner.name = 'eve';
    got!.createdAt.setTime(0);
    Object.setPrototypeOf(got!, null);

    expect(difference([new StoredFile(), new StoredFile()], holder.give())).toBeUndefined();
  });

  it('never reaches a prototype by an own __proto__', () => {
    const hostile = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as object;

    const copy = admit(hostile).give();

    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf({}));
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor']);
    expect('admin' in {}).toBe(false);
  });

  it('runs no code of the value', () => {
    const setter = jest.fn();
    class Watched {
      set name(value: unknown) {
        setter(value);
      }
      toJSON = undefined;
    }
    const value = Object.defineProperty(new Watched(), 'name', { value: { a: 1 }, enumerable: true });

    const copy = admit(value).give();

    expect(setter).not.toHaveBeenCalled();
    expect(Object.getOwnPropertyDescriptor(copy, 'name')?.value).toEqual({ a: 1 });
  });

  it('shares no memory with its copies or with the pool of buffers', () => {
    const copy = admit(Buffer.from('secret')).give();

    expect(copy.buffer.byteLength).toBe(6);
  });

  it('keeps a class that only mentions a private name in prose', () => {
    class Painted {
      // see #links below
      colour = 'red';
      /**
       * #anchor of the page
       */
      css(): string {
        return `color: #fff; ${'#abc'} ${this.colour}`;
      }
    }

    expect(admit(new Painted()).give()).toBeInstanceOf(Painted);
  });

  it('an error names places, not values', () => {
    const refusal = (): unknown => admit(new Map([['ann@example.org', [() => 1]]]));

    expect(refusal).toThrow(Uncopyable);
    expect(refusal).toThrow(
      'CACHE_VALUE_UNCOPYABLE: result.values()[0][0] is a function, which cannot be kept as it is. Return plain data without it.',
    );
  });
});

describe('a frozen value', () => {
  const make = () => ({
    files: [new StoredFile()],
    roles: new Map([['ann', { role: 'owner' }]]),
    ids: new Set(['a']),
    pattern: /a/g,
    error: new Error('x'),
  });

  it('is the one that was brought, and equal to what it was before', () => {
    const value = make();

    const holder = freeze(value);

    expect(holder.give()).toBe(value);
    expect(holder.give()).toStrictEqual({ ...make(), error: value.error });
    expect(isDeepStrictEqual(holder.give().files, make().files)).toBe(true);
    expect(Object.getPrototypeOf(holder.give().roles)).toBe(Map.prototype);
  });

  it.each<[string, (value: ReturnType<typeof make>) => unknown]>([
    ['a property', (value) => (value.files[0]!.owner.name = 'eve')],
    ['a new property', (value) => Object.assign(value, { more: 1 })],
    ['a list', (value) => value.files.push(new StoredFile())],
    ['a date', (value) => value.files[0]!.createdAt.setTime(0)],
    ['the hours of a date', (value) => value.files[0]!.createdAt.setUTCHours(1)],
    ['a map', (value) => value.roles.set('eve', { role: 'owner' })],
    ['an object in a map', (value) => (value.roles.get('ann')!.role = 'viewer')],
    ['a set', (value) => value.ids.clear()],
    ['a pattern', (value) => value.pattern.exec('a')],
    ['an error', (value) => (value.error.message = 'y')],
    ['the prototype', (value) => Object.setPrototypeOf(value.files[0]!, null) as unknown],
  ])('refuses a change of %s', (_, change) => {
    const value = freeze(make()).give();

    expect(() => change(value)).toThrow(TypeError);
    expect(isDeepStrictEqual(value.files, make().files)).toBe(true);
    expect(value.roles.size + value.ids.size).toBe(2);
  });

  it('has every method of Date that changes it replaced', () => {
    const date = freeze(new Date(5)).give();

    const mutators = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'));

    expect(mutators.length).toBeGreaterThanOrEqual(15);
    for (const name of mutators) expect(() => Reflect.apply(Reflect.get(date, name), date, [1])).toThrow(TypeError);
    expect(date.getTime()).toBe(5);
  });

  it.each<[string, () => unknown]>([
    ['a buffer', () => [Buffer.from('a')]],
    ['an array buffer', () => [new ArrayBuffer(1)]],
    ['a data view', () => [new DataView(new ArrayBuffer(1))]],
    ['a url', () => [new URL('http://a')]],
    ['a subclass of Map', () => new (class Index extends Map {})()],
    ['a date somebody else froze', () => [Object.freeze(new Date())]],
    ['a function', () => [() => 1]],
  ])('is refused if it holds %s, and nothing is frozen then', (_, hold) => {
    const value = { before: { a: 1 }, held: hold() };

    expect(() => freeze(value)).toThrow(Uncopyable);
    expect(Object.isFrozen(value) || Object.isFrozen(value.before)).toBe(false);
  });

  it('may be frozen again, and copied into something that can be changed', () => {
    const value = freeze(make()).give();

    freeze([value]);
    const copy = admit(value).give();
    copy.files[0]!.createdAt.setTime(7);
    copy.roles.set('eve', { role: 'viewer' });
    copy.files.push(new StoredFile());

    expect(copy.files[0]!.owner).toBeInstanceOf(Owner);
    expect(value.files).toHaveLength(1);
    expect(value.files[0]!.createdAt.getTime()).toBe(1.7e12);
  });

  it('may go in a circle', () => {
    const folder: Record<string, unknown> = {};
    folder['self'] = folder;

    expect(Object.isFrozen(freeze(folder).give())).toBe(true);
  });
});
