import { Classes } from '../../libs/cache/src/core/classes.js';
import { freeze } from '../../libs/cache/src/core/copy/copy.js';
import { Owner, StoredFile } from '../core/fidelity-cases.js';
import { difference } from '../core/fidelity.js';
import { codecOf, draftOf } from './codecs.js';

class NotFound extends Error {}
class Rows extends Array<number> {}

function knowing(...known: readonly (readonly [name: string, shape: string, maker: { prototype: object }])[]): Classes {
  const classes = new Classes();
  for (const [name, shape, { prototype }] of known) classes.add({ name, shape, prototype });
  return classes;
}

describe('an instance', () => {
  const both = () => knowing(['Owner', 'a', Owner], ['StoredFile', 'a', StoredFile]);

  it('of a known class comes back as one, with its getters', () => {
    const { codec } = codecOf({ classes: both() });

    const copy = codec.read('k', codec.write('k', draftOf([new StoredFile(), new StoredFile()]))!);

    const [file] = copy!.value() as StoredFile[];
    expect(file).toBeInstanceOf(StoredFile);
    expect(file!.owner.initial).toBe('a');
  });

  it.each<[string, () => unknown, string]>([
    ['one', () => ({ items: [1, { owner: new Owner() }] }), 'result.items[1].owner is an instance of Owner,'],
    ['a key of a map', () => new Map([[new Owner(), 1]]), 'result.keys()[0] is an instance of Owner,'],
    ['a value of a map', () => new Map([[1, new Owner()]]), 'result.values()[0] is an instance of Owner,'],
    ['a part of a set', () => new Set([1, [new Owner()]]), 'result.values()[1][0] is an instance of Owner,'],
    ['an error', () => [new NotFound('x')], 'result[0] is an error of the class NotFound,'],
    ['a list', () => ({ rows: Rows.from([1, 2]) }), 'result.rows is an instance of Rows,'],
    ['one without a class', () => Object.create({ inherited: 1 }) as object, 'result is an instance of'],
    ['a symbol of this process', () => ({ a: { [Symbol('x')]: 1 } }), 'result.a is an object with a symbol'],
    ['a second time', () => ({ first: [], list: [[], new Owner()] }), 'result.list[1] is an instance of Owner,'],
  ])('of a class that is not known is refused with its place: %s', (_, make, sentence) => {
    const { codec, refused } = codecOf();

    expect(codec.write('k', draftOf(make()))).toBeUndefined();

    expect(refused).toEqual([{ key: 'k', what: expect.stringContaining(sentence) as string }]);
    expect(codec.read('k', codec.write('k', draftOf([1]))!)?.value()).toEqual([1]);
  });

  it.each([
    ['has another shape', () => knowing(['Owner', 'b', Owner], ['StoredFile', 'a', StoredFile])],
    ['is not known', () => knowing(['StoredFile', 'a', StoredFile])],
    [
      'shares its name',
      () => knowing(['Owner', 'a', Owner], ['Owner', 'a', NotFound], ['StoredFile', 'a', StoredFile]),
    ],
  ])('is not read where its class %s', (_, classes) => {
    const bytes = codecOf({ classes: both() }).codec.write('k', draftOf(new StoredFile()))!;
    const { codec, damaged } = codecOf({ classes: classes() });

    expect(codec.read('k', bytes)).toBeUndefined();
    expect(damaged).toEqual([{ key: 'k', what: 'with a class that is not known, or of another shape' }]);
  });

  it('comes back under the class that has its name there', () => {
    class Renamed {}
    const bytes = codecOf({ classes: both() }).codec.write('k', draftOf(new Owner()))!;

    const copy = codecOf({ classes: knowing(['Owner', 'a', Renamed]) }).codec.read('k', bytes);

    expect(copy!.value()).toBeInstanceOf(Renamed);
  });
});

describe('known classes', () => {
  it('with one name between them are not written either', () => {
    const { codec } = codecOf({ classes: knowing(['Owner', 'a', Owner], ['Owner', 'a', StoredFile]) });

    expect(codec.write('k', draftOf(new Owner()))).toBeUndefined();
    expect(codec.write('k', draftOf(new StoredFile()))).toBeUndefined();
  });

  it('with two names are written under the first and read under both', () => {
    const twice = knowing(['Person', 'p', Owner], ['Owner', 'o', Owner]);
    const byOwner = codecOf({ classes: knowing(['Owner', 'o', Owner]) }).codec.write('k', draftOf(new Owner()))!;
    const byPerson = codecOf({ classes: twice }).codec.write('k', draftOf(new Owner()))!;

    expect(codecOf({ classes: twice }).codec.read('k', byOwner)!.value()).toBeInstanceOf(Owner);
    expect(codecOf({ classes: knowing(['Person', 'p', Owner]) }).codec.read('k', byPerson)).toBeDefined();
  });
});

describe('what was declared before there was an application', () => {
  const craft = { toCache: () => 1, fromCache: () => new Owner() };
  const declared = (): Classes => knowing(['Owner', 'declared', Owner]);

  it('is known beside what the application says, also when it is declared later', () => {
    const before = declared();
    const classes = new Classes(before);
    classes.add({ name: 'File', shape: 'a', prototype: StoredFile.prototype });

    before.add({ name: 'NotFound', shape: 'a', prototype: NotFound.prototype, craft });

    expect(['Owner', 'File', 'NotFound', 'Rows'].map((name) => classes.named(name)?.prototype)).toEqual([
      Owner.prototype,
      StoredFile.prototype,
      NotFound.prototype,
      undefined,
    ]);
    expect(classes.of(Owner.prototype)?.shape).toBe('declared');
    expect(classes.craftOf(NotFound.prototype)).toBe(craft);
    expect(before.named('File')).toBeUndefined();
  });

  it('is unknown where the application calls another class so, and so is that', () => {
    const classes = new Classes(declared());
    classes.add({ name: 'Owner', shape: 'a', prototype: StoredFile.prototype });

    expect(classes.named('Owner') ?? classes.of(Owner.prototype) ?? classes.of(StoredFile.prototype)).toBeUndefined();
  });

  it('is unknown for two of one name, whatever the application says', () => {
    const both = knowing(['Owner', 'a', Owner], ['Owner', 'a', NotFound]);
    const classes = new Classes(both);
    classes.add({ name: 'Owner', shape: 'a', prototype: Owner.prototype });

    expect(classes.named('Owner') ?? classes.of(Owner.prototype)).toBeUndefined();
  });

  it('counts for less than the application’s word, unless it alone says how an instance is kept', () => {
    const owned = (own: object) => {
      const classes = new Classes(declared());
      classes.add({ name: 'Owner', shape: 'own', prototype: Owner.prototype, ...own });
      return [classes.named('Owner')?.shape, classes.of(Owner.prototype)?.shape];
    };
    const crafted = new Classes();
    crafted.add({ name: 'Owner', shape: 'crafted', prototype: Owner.prototype, craft });
    const entities = new Classes(crafted);
    entities.add({ name: 'entity:Owner', shape: 'row', prototype: Owner.prototype });

    expect(owned({})).toEqual(['own', 'own']);
    expect(owned({ craft })).toEqual(['own', 'own']);
    expect(entities.of(Owner.prototype)?.shape).toBe('crafted');
    expect(entities.named('entity:Owner')?.shape).toBe('row');
  });
});

describe('what was frozen', () => {
  it('comes back without its guards', () => {
    const make = () => ({ at: new Date(3), tags: new Set(['a']), index: new Map([[1, { a: 1 }]]), pattern: /a/ });
    const { codec } = codecOf();

    const copy = codec.read('k', codec.write('k', draftOf(freeze(make()).give()))!);

    expect(difference(make(), copy!.value())).toBeUndefined();
    expect(Object.isFrozen(copy!.value())).toBe(false);
  });
});
