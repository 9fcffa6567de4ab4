import { inspect } from 'node:util';
import { CacheError } from '../../core/errors.js';
import { scopeOf, scopePart, type Scope, type Surroundings } from '../../core/scope.js';
import type { ArgumentsOf } from './signature.js';

/** What `scope` of `@Cached` may be on a method `F` of a class `T`, alone or in a list: a name, or what the call says. */
export type ScopeSource<T, F> = string | ((this: NoInfer<T>, ...args: ArgumentsOf<NoInfer<F>>) => Scope);

export type ScopeOption<T, F> = ScopeSource<T, F> | readonly ScopeSource<T, F>[];

type Loose = (this: unknown, ...args: unknown[]) => unknown;

/** A name that stands in a key as it is. */
const NAME = /^[\w.-]+$/;
const everyone = 'everyone';

/** What a method has said of those for whom its results hold. */
export class MethodScope {
  readonly #where: string;
  /** What it asks the surroundings of a call for. */
  readonly names: readonly string[];
  readonly #tells: readonly Loose[];
  /** That of the first call whose scope was one name, `dataroom`; see `isArgument`. */
  #usual: string | undefined;

  /** Undefined: it holds for everybody, said or unsaid. */
  static from(option: unknown, where: string): MethodScope | undefined {
    if (option === undefined || option === everyone) return undefined;
    const sources = Array.isArray(option) ? (option as unknown[]) : [option];
    const isSource = (source: unknown) => typeof source === 'function' || isName(source);
    if (sources.length > 0 && sources.every(isSource)) return new MethodScope(sources, where);
    const wanted = `'${everyone}', a name, a function that gives names and values, or a list of names and functions`;
    throw new CacheError(
      'CACHE_OPTIONS_INVALID',
      `scope of @Cached on ${where} must be ${wanted}, got ${shown(option)}.`,
    );
  }

  private constructor(sources: readonly unknown[], where: string) {
    this.#where = where;
    this.names = sources.filter((source) => typeof source === 'string');
    this.#tells = sources.filter((source) => typeof source === 'function') as Loose[];
  }

  /** Never more than what this one call says: whatever a function reads may be another's the next time. */
  textFor(instance: object, args: unknown[], surroundings: Surroundings | undefined): string {
    const parts = this.names.map((name) => this.#part(name, this.#around(name, surroundings)));
    for (const tell of this.#tells) parts.push(...this.#told(tell, instance, args));
    return scopeOf(parts);
  }

  /**
   * Is the scope nothing but the call's only argument under the usual name? Then the argument alone leads to the key, and the
   * scope need not be spelled. It is asked each time all the same: a function may read something else as well.
   */
  isArgument(instance: object, args: unknown[]): boolean {
    const [tell] = this.#tells;
    const usual = this.#usual;
    if (usual === undefined || tell === undefined) return false;
    try {
      const told = tell.apply(instance, args) as Scope;
      for (const name in told) if (name !== usual) return false;
      return told[usual] === args[0];
    } catch {
      // It is asked once more, and then somebody hears of it.
      return false;
    }
  }

  /** Is this what `isArgument` is true of? */
  isBare(text: string, argument: string): boolean {
    return this.#usual !== undefined && text === `${this.#usual}=${argument}`;
  }

  #told(tell: Loose, instance: object, args: unknown[]): string[] {
    const told = this.#asked(() => tell.apply(instance, args));
    const names = typeof told === 'object' && told !== null ? Object.keys(told) : [];
    if (names.length === 0)
      throw this.#unknown('its scope says nobody', 'Let the function give an object such as { user: id }.');
    if (this.#tells.length === 1 && this.names.length === 0 && names.length === 1) this.#usual ??= names[0];
    return names.map((name) => this.#part(name, Reflect.get(told as object, name)));
  }

  #around(name: string, surroundings: Surroundings | undefined): unknown {
    if (surroundings === undefined) {
      const advice = 'Call it in a request, behind the guards, with scopeOf of CacheModule, or in cache.within(…).';
      throw this.#unknown(`nothing around it says the ${name} of its scope`, advice);
    }
    return this.#asked(() => surroundings(name));
  }

  /** Whatever goes wrong may say in its own words who is asking. */
  #asked(ask: () => unknown): unknown {
    try {
      return ask();
    } catch (error) {
      throw this.#unknown('asking for its scope failed', 'See what caused it.', { cause: error });
    }
  }

  #part(name: string, value: unknown): string {
    const advice = 'It must be a text that is not empty, a number or a bigint.';
    if (!isName(name))
      throw this.#unknown('its scope has a name that is none', 'Names are letters, digits, dots and dashes.');
    const part = scopePart(name, value);
    if (part === undefined) throw this.#unknown(`the ${name} of its scope is ${kindOf(value)}`, advice);
    return part;
  }

  #unknown(what: string, advice: string, options?: ErrorOptions): CacheError {
    const sentence = `${this.#where} does not know for whom it is called: ${what}. ${advice}`;
    return new CacheError('CACHE_SCOPE_UNKNOWN', sentence, options);
  }
}

export function scopeRequired(names: readonly string[]): CacheError {
  const which = names.length === 1 ? 'has' : 'have';
  const advice = "Say for whom the results hold: @Cached({ scope: (id) => ({ user: id }) }), or 'everyone'.";
  return new CacheError(
    'CACHE_SCOPE_REQUIRED',
    `${names.join(', ')} ${which} no scope, and requireScope is on. ${advice}`,
  );
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== everyone && NAME.test(name);
}

/** No value is repeated: an error may be logged. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'number') return String(value);
  if (value === '') return 'empty';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shown(option: unknown): string {
  return inspect(option).slice(0, 100);
}
