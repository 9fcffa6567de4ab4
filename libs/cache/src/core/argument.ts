/**
 * Arguments as text, for keys. Injective: different arguments never give the same text. Canonical: equal ones always do;
 * the order of an object's properties does not count, that of a Map's or Set's entries does, because a method sees it.
 * The text is printable ASCII without spaces, `%` and `*`; identifiers stand in it as they are.
 */
import { hash } from 'node:crypto';
import { CacheError } from './errors.js';
import { isSlot, isUnextended, kindOf, type Kind } from './copy/kind.js';
import { KEYS, pathOf, type Step, VALUES } from './copy/path.js';

/** An argument that says nothing stable about itself, such as a function: the method needs a `key` of its own. */
export class UnencodableArgument extends CacheError {
  /** `arguments[1].owner` */
  readonly path: string;
  /** What stands there: `a function`. */
  readonly kind: string;

  constructor(path: string, kind: string) {
    super('CACHE_ARGUMENT_UNENCODABLE', `${path} is ${kind}, which cannot be part of a key. Give @Cached a \`key\`.`);
    this.name = 'UnencodableArgument';
    this.path = path;
    this.kind = kind;
  }
}

const LONGEST = 200;
const DEEPEST = 200;

/** A string that stands as it is: made of these characters, and not the text of a number or of a keyword. */
const BARE = /^[\w.@/-]+$/;
const LOOKS_OTHERWISE = /^(?:-?\d+(?:\.\d+)?(?:e-?\d+)?n?|true|false|null|undefined|NaN|-?Infinity)$/;
/** Beyond these, JSON text is escaped further, in JSON's own manner. */
const UNPRINTABLE = /[^\x21-\x7e]|[%*]/g;

export function encodeArguments(args: readonly unknown[]): string {
  if (args.length === 1) {
    const [only] = args;
    if (typeof only === 'string') return shortened(encodeString(only));
    if (typeof only === 'number') return encodeNumber(only);
  }
  const encoder = new Encoder('arguments');
  return shortened(args.map((arg, at) => encoder.member(arg, at)).join(','));
}

/** One part of a key: like an argument, but the members of an object stand without braces. */
export function encodePart(part: unknown, at: number): string {
  if (typeof part === 'string') return shortened(encodeString(part));
  const text = new Encoder('parts').member(part, at);
  return shortened(text.startsWith('{') && text !== '{}' ? text.slice(1, -1) : text);
}

/** No encoding begins with `#`. */
function shortened(text: string): string {
  return text.length <= LONGEST ? text : `#${hash('sha256', text, 'base64url')}`;
}

function encodeName(name: string): string {
  return BARE.test(name) ? name : quoted(name);
}

function encodeString(text: string): string {
  return BARE.test(text) && !LOOKS_OTHERWISE.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function encodeNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

const ENCODED: ReadonlySet<Kind> = new Set<Kind>(['date', 'map', 'set', 'regexp', 'url', 'bytes', 'view', 'buffer']);

class Encoder {
  readonly #root: string;
  readonly #steps: Step[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  member(value: unknown, step: Step): string {
    this.#steps.push(step);
    const text = this.#encode(value);
    this.#steps.pop();
    return text;
  }

  readonly #refuse = (what: string): never => {
    throw new UnencodableArgument(pathOf(this.#root, this.#steps), what);
  };

  #encode(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return encodeString(value);
      case 'number':
        return encodeNumber(value);
      case 'bigint':
        return `${value}n`;
      case 'boolean':
      case 'undefined':
        return String(value);
      case 'object':
        return value === null ? 'null' : this.#object(value);
      default:
        return this.#refuse(`a ${typeof value}`);
    }
  }

  #object(value: object): string {
    if (this.#steps.length > DEEPEST) this.#refuse(`nested more than ${DEEPEST} levels deep, or in a circle`);
    const kind = kindOf(value, this.#refuse);
    if (kind === 'plain') return this.#plain(value);
    if (kind === 'array' && isUnextended(value)) return this.#array(value as readonly unknown[]);
    if (!ENCODED.has(kind) || !isUnextended(value)) return this.#refuse(`an instance of ${nameOf(value)}`);
    const known = kind === 'bytes' ? (value as Uint8Array).length : 0;
    const extra = Reflect.ownKeys(value).filter((key) => !isSlot(kind, key, value)).length > known;
    if (extra) this.#refuse(`a ${nameOf(value)} with properties of its own`);
    return `${nameOf(value)}(${this.#builtin(value, kind)})`;
  }

  #plain(value: object): string {
    const names = Object.keys(value);
    if (Reflect.ownKeys(value).length > names.length) this.#refuse('an object with symbols or hidden properties');
    const text = names.toSorted().map((name) => `${encodeName(name)}=${this.member(Reflect.get(value, name), name)}`);
    return `{${text.join(',')}}`;
  }

  /** A run of three holes is `~3`. */
  #array(array: readonly unknown[]): string {
    const keys = Reflect.ownKeys(array);
    // the indices come first, and `length` was there before anything else
    if (keys.pop() !== 'length') this.#refuse('an array with properties of its own');
    if (keys.length === array.length) return `[${array.map((item, at) => this.member(item, at)).join(',')}]`;
    const text: string[] = [];
    let next = 0;
    for (const key of keys) {
      const at = Number(key);
      if (at > next) text.push(`~${at - next}`);
      text.push(this.member(array[at], at));
      next = at + 1;
    }
    if (array.length > next) text.push(`~${array.length - next}`);
    return `[${text.join(',')}]`;
  }

  #builtin(value: object, kind: Kind): string {
    switch (kind) {
      case 'date': {
        const date = value as Date;
        return Number.isNaN(date.getTime()) ? 'NaN' : date.toISOString();
      }
      case 'map':
        return [...(value as Map<unknown, unknown>)].map((entry, at) => this.#entry(entry, at)).join(',');
      case 'set':
        return [...(value as Set<unknown>)].map((item, at) => this.#part(VALUES, at, item)).join(',');
      case 'regexp': {
        const { source, flags, lastIndex } = value as RegExp;
        return `${quoted(source)},${flags},${lastIndex}`;
      }
      case 'url':
        return encodeString((value as URL).href);
      case 'bytes':
      case 'view': {
        const { buffer, byteOffset, byteLength } = value as DataView<ArrayBuffer>;
        return Buffer.from(buffer, byteOffset, byteLength).toString('base64url');
      }
      case 'buffer':
        return Buffer.from(value as ArrayBuffer).toString('base64url');
      default:
        return this.#refuse(`an instance of ${nameOf(value)}`);
    }
  }

  #entry([key, value]: readonly [unknown, unknown], at: number): string {
    return `${this.#part(KEYS, at, key)}=${this.#part(VALUES, at, value)}`;
  }

  #part(part: symbol, at: number, value: unknown): string {
    this.#steps.push(part);
    const text = this.member(value, at);
    this.#steps.pop();
    return text;
  }
}

/** The name of its class. */
function nameOf(value: object): string {
  const maker: unknown = Reflect.get(value, 'constructor');
  return typeof maker === 'function' ? maker.name : 'an unnamed class';
}
