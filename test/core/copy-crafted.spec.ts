// Instances that are kept as the plain data their class makes of them: in memory, and as another process reads them.
import { isDeepStrictEqual } from 'node:util';
import { Classes, type Craft } from '../../libs/cache/src/core/classes.js';
import { admit, freeze, Uncopyable } from '../../libs/cache/src/core/copy/copy.js';
import { codecOf, draftOf } from '../codec/codecs.js';

/** Keeps what it is given out of reach. */
class Sealed {
  readonly #content: unknown;

  constructor(content: unknown) {
    this.#content = content;
  }

  get content(): unknown {
    return this.#content;
  }
}

class Other extends Sealed {}

class Ledger extends Map<string, number> {
  readonly #currency = 'EUR';

  get currency(): string {
    return this.#currency;
  }
}

const seal: Craft = {
  toCache: (instance) => (instance as Sealed).content,
  fromCache: (plain) => new Sealed(plain),
};
const ledger: Craft = {
  toCache: (instance) => [...(instance as Ledger)],
  fromCache: (plain) => new Ledger(plain as [string, number][]),
};

function knowing(craft: Craft = seal): Classes {
  const classes = new Classes();
  classes.add({ name: 'Sealed', shape: 'a', prototype: Sealed.prototype, craft });
  classes.add({ name: 'Ledger', shape: 'a', prototype: Ledger.prototype, craft: ledger });
  return classes;
}

/** Two copies from memory, and two of what another process reads. */
function copiesOf<T>(value: T, classes = knowing()): T[] {
  const kept = admit(value, classes);
  const { codec, refused } = codecOf({ classes });
  const bytes = codec.write('k', draftOf(kept.held));
  expect(refused).toEqual([]);
  const found = codec.read('k', bytes!)!;
  return [kept.give(), kept.give(), found.value() as T, found.value() as T];
}

function refusalOf(value: unknown, classes = knowing()): Uncopyable {
  try {
    admit(value, classes);
  } catch (error) {
    return error as Uncopyable;
  }
  throw new Error('It was not refused.');
}

describe('an instance that is kept as plain data', () => {
  it('comes back with all that it had, and each time as another', () => {
    const make = () => ({ at: new Date(3), list: [1, { a: -0 }], within: new Sealed([new Sealed('deep')]) });

    const copies = copiesOf({ items: [new Sealed(make())] });

    for (const { items } of copies) {
      const { within, ...content } = items[0]!.content as ReturnType<typeof make>;
      expect(isDeepStrictEqual(content, { at: new Date(3), list: [1, { a: -0 }] })).toBe(true);
      expect((within.content as Sealed[])[0]!.content).toBe('deep');
      content.list.push(2);
    }
    expect(new Set(copies.map(({ items }) => items[0])).size).toBe(copies.length);
  });

  it('does not show what is done to the one that was brought', () => {
    const content = { list: [1] };
    const kept = admit(new Sealed(content), knowing());

    content.list.push(2);

    expect(kept.give().content).toEqual({ list: [1] });
  });

  it('is one where it stood twice, and so is what stands twice within it', () => {
    const part = { a: 1 };
    const circle: Record<string, unknown> = { part, again: part };
    circle['self'] = circle;
    const one = new Sealed(circle);

    for (const { first, second, after } of copiesOf({ first: one, second: [one], after: part.a })) {
      expect(second[0]).toBe(first);
      const copy = first.content as typeof circle;
      expect(copy['self']).toBe(copy);
      expect(copy['again']).toBe(copy['part']);
      expect(after).toBe(1);
    }
  });

  it('may be a built-in of which nobody else could copy the subclass', () => {
    for (const copy of copiesOf(new Ledger([['a', 1]]))) {
      expect(copy).toBeInstanceOf(Ledger);
      expect([copy.currency, ...copy]).toEqual(['EUR', ['a', 1]]);
    }
  });

  it.each<[string, () => unknown, string, RegExp]>([
    ['leads back to itself', circular, 'result.toCache().back', /^shared between/],
    ['holds what stands outside of it', sharing, 'result[1].toCache().part', /^shared between/],
    ['holds what stands in another', twins, 'result[1].toCache()', /^shared between/],
    ['holds what is met again outside', met, 'result[1]', /^shared between/],
    ['holds what cannot be kept', () => [new Sealed({ run: () => 1 })], 'result[0].toCache().run', /^a function$/],
    ['is a class derived from its', () => new Other(1), 'result', /^an instance of Sealed, whose private fields/],
  ])('is refused with its place if it %s', (_, make, path, kind) => {
    const { path: place, kind: what } = refusalOf(make());

    expect([place, kind.test(what) || what]).toEqual([path, true]);
  });

  it.each<[string, Partial<Craft>, RegExp]>([
    ['is not taken apart', { toCache: fail }, /^an instance of Sealed whose toCache failed$/],
    ['is not made again', { fromCache: fail }, /^an instance of Sealed whose fromCache failed$/],
    ['becomes another class', { fromCache: () => new Other(1) }, /whose fromCache makes another/],
    ['becomes nothing', { fromCache: () => null }, /whose fromCache makes another/],
    ['loses something', { fromCache: () => new Sealed('') }, /whose fromCache makes another/],
    ['is promised', { toCache: () => Promise.resolve(1) }, /^a promise$/],
  ])('is refused if it %s', (_, half, kind) => {
    const refusal = refusalOf({ items: [new Sealed(1)] }, knowing({ ...seal, ...half }));

    expect(refusal).toBeInstanceOf(Uncopyable);
    expect(refusal.kind).toMatch(kind);
    expect(refusal.path).toMatch(/^result\.items\[0\]/);
    expect(refusal.cause).toEqual(half.toCache === fail || half.fromCache === fail ? new Error('no') : undefined);
  });

  it('cannot be frozen', () => {
    expect(() => freeze([new Sealed(1)], knowing())).toThrow('result[0] is an instance whose state is hidden');
  });

  it('is not shared if it cannot be taken apart a second time', () => {
    let calls = 0;
    const classes = knowing({ ...seal, toCache: (instance) => (++calls > 2 ? fail() : seal.toCache(instance)) });
    const kept = admit({ a: new Sealed(1) }, classes);
    const { codec, refused } = codecOf({ classes });

    expect(codec.write('k', draftOf(kept.held))).toBeUndefined();
    expect(refused).toEqual([{ key: 'k', what: 'result cannot be written: no' }]);
    expect(codec.write('k', draftOf([1]))).toBeDefined();
  });
});

function fail(): never {
  throw new Error('no');
}

function circular(): unknown {
  const content: Record<string, unknown> = {};
  return Object.assign(content, { back: new Sealed(content) })['back'];
}

function sharing(): unknown {
  const part = {};
  return [part, new Sealed({ part })];
}

function twins(): unknown {
  const content = {};
  return [new Sealed(content), new Sealed(content)];
}

function met(): unknown {
  const content = {};
  return [new Sealed(content), content];
}
