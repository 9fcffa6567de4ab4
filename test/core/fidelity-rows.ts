/** What results are made of and copies get wrong. `bench/fidelity.ts` asks other caches the same. */
export class Folder {
  readonly owner = 'ann';

  get initial(): string {
    return this.owner.charAt(0);
  }
}

export class Money {
  readonly cents = 1_250;

  toJSON(): string {
    return '12.50';
  }
}

function circle(): object {
  const folder: Record<string, unknown> = { name: 'root' };
  folder['self'] = folder;
  return folder;
}

function holed(): unknown[] {
  const array: unknown[] = [1];
  array[2] = 3;
  return array;
}

function twice(): object {
  const user = { name: 'ann' };
  return { createdBy: user, updatedBy: user };
}

/** Each is returned as a member of an object. */
export const rows: Readonly<Record<string, () => unknown>> = {
  'a Date': () => new Date(1.7e12),
  'an invalid Date': () => new Date(NaN),
  'a Map': () => new Map([['a', new Date(1)]]),
  'a Map with objects as keys': () => new Map([[{ id: 1 }, 'a']]),
  'a Set': () => new Set(['a', 1]),
  'a bigint': () => 12n,
  'a bigint beyond 64 bits': () => 2n ** 80n,
  'a property that is undefined': () => ({ a: undefined }),
  'undefined in a list': () => [1, undefined],
  NaN: () => NaN,
  Infinity: () => -Infinity,
  'negative zero': () => -0,
  'a list with a hole': holed,
  'a Buffer': () => Buffer.from('ab'),
  'a typed array': () => new Float32Array([0.5]),
  'a RegExp': () => /a/gi,
  'an Error': () => new RangeError('too far'),
  'a URL': () => new URL('http://a/b'),
  'an instance of a class': () => new Folder(),
  'an instance with toJSON': () => new Money(),
  'a circle': circle,
  'one object twice': twice,
  'an own `__proto__`': () => JSON.parse('{"__proto__":{"a":1}}') as object,
  'half a surrogate pair': () => 'a\ud800',
  'a function': () => () => 1,
  'a Promise': () => Promise.resolve(1),
};
