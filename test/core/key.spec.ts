import fc from 'fast-check';
import { EventEmitter } from 'node:events';
import {
  cacheKey,
  cacheTags,
  encodeArguments,
  keyBuilder,
  tagOf,
  UnencodableArgument,
} from '../../libs/cache/src/core/key.js';
import { alike } from './argument-alikes.js';
import { argumentLists, disguised, same } from './argument-cases.js';

const uuid = '3f2a4b5c-9d1e-4f60-8a7b-0c1d2e3f4a5b';

describe('encoded arguments', () => {
  it.each<[string, unknown[]]>([
    [uuid, [uuid]],
    ['7', [7]],
    ['ann@example.org,reports/2026,true', ['ann@example.org', 'reports/2026', true]],
    ['{cursor=null,limit=50}', [{ limit: 50, cursor: null }]],
    ['Date(2026-11-20T00:00:00.000Z)', [new Date('2026-11-20')]],
    ['"a\\u0020b\\u002a"', ['a b*']],
    ['[1,a,12n]', [[1, 'a', 12n]]],
  ])('read as %s', (text, args) => {
    expect(encodeArguments(args)).toBe(text);
  });

  it.each(Object.entries(alike))('differ: %s', (_, lists) => {
    const encoded = lists.map((list) => encodeArguments(list));

    expect(new Set(encoded).size).toBe(lists.length);
  });

  it('are the same for the same properties in another order and without a prototype', () => {
    const value = { b: [{ d: 1, c: 2 }], a: new Map([['x', { z: 1, y: 2 }]]) };

    expect(encodeArguments([disguised(value)])).toBe(encodeArguments([value]));
  });

  it('never agree for different lists, and always for the same', () => {
    // each list is compared with all before it: 20 000 lists are two hundred million pairs
    const shelf = new Map<string, unknown[]>();

    fc.assert(
      fc.property(argumentLists, (args) => {
        const key = encodeArguments(args);
        const before = shelf.get(key);
        if (before === undefined) shelf.set(key, args);
        else if (!same(before, args)) throw new Error(`${key} is shared by two lists`);
        expect(encodeArguments(args.map(disguised))).toBe(key);
      }),
      { numRuns: 20_000 },
    );

    expect(shelf.size).toBeGreaterThan(10_000);
  }, 60_000);

  it('are short, and hold nothing that a shell, a terminal or a pattern would take for its own', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(argumentLists, fc.string({ unit: 'binary' })), { maxLength: 20 }), (args) => {
        expect(encodeArguments(args)).toMatch(/^[\x21-\x24\x26-\x29\x2b-\x7e]{0,200}$/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('a name of a million characters or a list with billions of holes costs no time', () => {
    const sparse: unknown[] = [];
    sparse[4e9] = 1;

    expect(encodeArguments([sparse])).toBe('[~4000000000,1]');
    expect(encodeArguments(['😀'.repeat(1e6)])).toMatch(/^#[\w-]{43}$/);
  });

  class Folder {
    id = 1;
  }
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each<[string, unknown, string, string]>([
    ['a function', { owner: () => 1 }, 'arguments[1].owner', 'a function'],
    ['a symbol', [Symbol('a')], 'arguments[1][0]', 'a symbol'],
    ['a promise', Promise.resolve(), 'arguments[1]', 'a promise'],
    ['a class instance', { a: new Folder() }, 'arguments[1].a', 'an instance of Folder'],
    ['a WeakMap', new Map([[1, new WeakMap()]]), 'arguments[1].values()[0]', 'a WeakMap'],
    ['a proxy', new Proxy({}, {}), 'arguments[1]', 'a Proxy'],
    ['an event emitter', new EventEmitter(), 'arguments[1]', 'an event emitter'],
    ['an error', new Error('x'), 'arguments[1]', 'an instance of Error'],
    ['a boxed number', Object(1), 'arguments[1]', 'an instance of Number'],
    ['a subclass of Map', new (class Index extends Map {})(), 'arguments[1]', 'an instance of Index'],
    ['a subclass of Array', new (class Rows extends Array {})(), 'arguments[1]', 'an instance of Rows'],
    [
      'a date with properties',
      Object.assign(new Date(), { a: 1 }),
      'arguments[1]',
      'a Date with properties of its own',
    ],
    ['a list with properties', Object.assign([1], { a: 1 }), 'arguments[1]', 'an array with properties of its own'],
    ['a symbol as name', { [Symbol('a')]: 1 }, 'arguments[1]', 'an object with symbols or hidden properties'],
    [
      'a circle',
      circle,
      `arguments[1]${'.self'.repeat(9)}…${'.self'.repeat(10)}`,
      'nested more than 200 levels deep, or in a circle',
    ],
  ])('%s asks for a key', (_, value, path, kind) => {
    const encode = (): string => encodeArguments(['a', value]);

    expect(encode).toThrow(UnencodableArgument);
    expect(encode).toThrow(expect.objectContaining({ path, kind, code: 'CACHE_ARGUMENT_UNENCODABLE' }));
  });

  it('who asks for one says where something stands, and nothing of what the arguments hold', () => {
    const secret = 'ann@example.org';
    const held = [
      () => secret,
      Symbol(secret),
      Object.assign(new Folder(), { id: secret }),
      new Error(secret),
      Object(secret) as unknown,
      Promise.resolve(secret),
      Object.assign(new Date(), { secret }),
      Object.assign([secret], { total: secret }),
      { [Symbol(secret)]: secret },
      Object.defineProperty({}, 'hidden', { value: secret }),
      Buffer.from(secret).entries(),
    ];

    for (const value of held) {
      const inside = [secret, new Map<unknown, unknown>([[secret, new Set([secret, { owner: [value] }])]])];
      expect(() => encodeArguments(inside)).toThrow(
        /^CACHE_ARGUMENT_UNENCODABLE: arguments\[1\]\.values\(\)\[0\]\.values\(\)\[1\]\.owner\[0\] is an? /,
      );
      expect(() => encodeArguments(inside)).not.toThrow(secret);
    }
  });
});

describe('a key', () => {
  it('names the kind, the question and whom it is about', () => {
    expect(cacheKey('folder', 'list', { dataRoomId: 'xyz' })).toBe('dataroom:folder:list:dataRoomId=xyz');
    expect(keyBuilder('app:v2')('folder', 7)).toBe('app:v2:folder:7');
  });

  it.each([
    [['a', 'b'], ['a:b']],
    [
      ['a', { b: 'c' }],
      ['a', 'b=c'],
    ],
    [[{ a: 1 }, { b: 2 }], [{ a: 1, b: 2 }]],
    [[{ a: '1,b=2' }], [{ a: 1, b: 2 }]],
    [[{}], []],
    [[{}], ['{}']],
    [[''], []],
    [[7], ['7']],
    [[undefined], [null]],
    [[{ a: undefined }], [{}]],
    [[['a', 'b']], ['a', 'b']],
    [[{ a: { b: 1 } }], [{ a: 'b=1' }]],
  ])('differs: %j and %j', (one, other) => {
    expect(cacheKey(...one)).not.toBe(cacheKey(...other));
  });

  it('a hostile part neither lengthens it nor leaves its place', () => {
    const key = cacheKey('folder', { name: '😀'.repeat(10_000) }, 'a:b * %\n');

    expect(key).toMatch(/^dataroom:folder:#[\w-]{43}:"a:b\\u0020\\u002a\\u0020\\u0025\\n"$/);
  });
});

describe('tags', () => {
  it('name the type, the thing and what it belongs to', () => {
    const tags = cacheTags('folder', { id: 7, dataRoomId: 'a', userId: 'u' });

    expect(tags).toEqual(['type:folder', 'folder:7', 'dataroom:a', 'user:u']);
  });

  it('leave out what is not there, and give one for each of several', () => {
    const tags = cacheTags('Folder', { id: undefined, parentId: null, fileIds: [1, null, 2n] });

    expect(tags).toEqual(['type:folder', 'file:1', 'file:2']);
  });

  it('are one for an id and its text', () => {
    expect(tagOf('folder', 7)).toBe(tagOf('folder', '7'));
    expect(tagOf('folder', 7n)).toBe(tagOf('folder', '7'));
  });

  it('join a composite id, whatever the order of its properties', () => {
    expect(tagOf('member', { userId: 'u', roomId: 'r:1' })).toBe('member:r:1,u');
    expect(tagOf('member', ['r:1', 'u'])).toBe('member:r:1,u');
    expect(tagOf('member', new Date(0))).toBe('member:1970-01-01T00:00:00.000Z');
    expect(tagOf('member', Buffer.from('a'))).toBe('member:61');
    expect(tagOf('member', new URL('http://a'))).toBe('member:http://a/');
  });

  it('are what people write by hand, whatever the id', () => {
    for (const id of ['3f2a', 'Ü b', 'a:b', 'a,b', '100%', 'a*', '\ud800', '😀'.repeat(1_000)]) {
      expect(tagOf('folder', id)).toBe(`folder:${id}`);
    }
  });

  it('of an id that is a star are not those of the whole family', () => {
    expect(tagOf('folder', '*')).toBe('folder:%2A');
    expect(cacheTags('folder', { id: '*' })).toEqual(['type:folder', 'folder:%2A']);
  });
});
