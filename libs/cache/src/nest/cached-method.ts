import { inspect } from 'node:util';
import { millisecondsOf, type Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { encodeArguments } from '../core/key.js';
import type { CopyMode } from '../core/keeping.js';
import type { Policy } from '../core/policy.js';
import type { Read } from '../core/read.js';
import type { Runtime } from '../core/runtime.js';
import { nobody, scopeSign } from '../core/scope.js';
import { Shortcut } from '../core/shortcut.js';
import { tagList } from '../core/tag.js';
import type { CachedOptions } from './cached-options.js';
import { nameIn, type Method } from './method.js';
import { MethodNames, type Class } from './method-names.js';
import { MethodScope, scopeRequired } from './scope-option.js';

type Loose = (this: unknown, ...args: unknown[]) => unknown;

/** What the method is called on instances of one class. */
interface Naming {
  readonly name: string;
  /** The application that was last asked whether the name is free, and what it had against it. */
  runtime?: Runtime;
  refusal?: CacheError | undefined;
  /** The keys of the entries in that application's memory, by the argument; see Shortcut. */
  keys: Map<string, string>;
}

/** Who is asked for what, on whose behalf. */
interface Call {
  readonly naming: Naming;
  readonly scope: string | undefined;
  readonly instance: object;
  readonly args: unknown[];
}

/** A method with `@Cached`: what it is called and how a call of it becomes a read. */
export class CachedMethod {
  readonly #declaredBy: unknown;
  readonly #property: string | symbol;
  readonly #namings = new WeakMap<object, Naming>();
  readonly options: CachedOptions<unknown, Method>;
  readonly method: Loose;
  /** Undefined: everybody's. */
  readonly scope: MethodScope | undefined;
  readonly copy: CopyMode;
  readonly timeoutMs: number | undefined;
  readonly ttlMs: number | undefined;

  constructor(declaredBy: unknown, property: string | symbol, method: Method, options: CachedOptions<unknown, Method>) {
    this.#declaredBy = declaredBy;
    this.#property = property;
    this.method = method as unknown as Loose;
    this.options = options;
    this.copy = options.copy ?? 'clone';
    const where = nameIn(declaredBy as Class, property);
    const { name } = options;
    if (name !== undefined && (!/^[!-~]+$/.test(name) || name.includes(scopeSign)))
      throw invalid(`name of @Cached on ${where} must be printable characters without spaces and "${scopeSign}"`, name);
    this.scope = MethodScope.from(options.scope, where);
    if (typeof options.tags !== 'function' && options.tags !== undefined) tagList(options.tags);
    this.timeoutMs = options.timeout === undefined ? undefined : above0('timeout', options.timeout, where);
    this.ttlMs = typeof options.ttl === 'function' || options.ttl === undefined ? undefined : from0(options.ttl, where);
  }

  /** By the class of the instance: two services that inherit one method keep their entries apart, and so do a method and its super. */
  nameFor(actual: Class): string {
    return this.#namingFor(actual).name;
  }

  /** Why it must not be answered in this application: another method there has its name. */
  refusalIn(runtime: Runtime, actual: Class): CacheError | undefined {
    return this.#namingIn(runtime, actual).refusal;
  }

  #namingIn(runtime: Runtime, actual: Class): Naming {
    const naming = this.#namingFor(actual);
    if (naming.runtime === runtime) return naming;
    naming.runtime = runtime;
    naming.refusal = MethodNames.of(runtime).refusal(naming.name, this, actual);
    // Another application has other entries. They close their shortcuts in the map that they were opened in.
    naming.keys = new Map();
    return naming;
  }

  #namingFor(actual: Class): Naming {
    let naming = this.#namings.get(actual);
    if (naming === undefined) {
      const own = nameIn(this.#declaredBy as Class, this.#property);
      const name = this.options.name ?? (actual === this.#declaredBy ? own : `${actual.name}.${own}`);
      this.#namings.set(actual, (naming = { name, keys: new Map() }));
    }
    return naming;
  }

  call(runtime: Runtime, instance: object, args: unknown[]): Promise<unknown> {
    const { policy, reader, tell } = runtime;
    if (!reader.answers) return this.method.apply(instance, args) as Promise<unknown>;
    const naming = this.#namingIn(runtime, instance.constructor as Class);
    const [only] = args;
    const isPlain = args.length === 1 && typeof only === 'string' && this.options.key === undefined;
    if (isPlain && (this.scope === undefined || this.scope.isArgument(instance, args))) {
      const key = naming.keys.get(only);
      const answer = key === undefined ? undefined : reader.hit(key);
      if (answer !== undefined) return answer;
    }
    let scope: string | undefined;
    try {
      scope = this.#scopeOf(runtime, naming, instance, args);
    } catch (error) {
      if (policy.strict) return reader.pass(() => Promise.reject(error as CacheError), nobody);
      tell({ kind: 'misdeclared', name: naming.name, part: 'scope', error });
      return reader.pass(() => this.load(instance, args), nobody);
    }
    let read: MethodRead;
    try {
      read = this.#readOf(runtime, { naming, scope, instance, args });
    } catch (error) {
      tell({ kind: 'misdeclared', name: naming.name, part: 'key', error });
      return reader.pass(() => this.load(instance, args), scope);
    }
    return reader.read(read);
  }

  /** A class that was not there at boot, when this was asked of all, is asked now. */
  #scopeOf({ policy, frames }: Runtime, { name }: Naming, instance: object, args: unknown[]): string | undefined {
    if (this.options.scope === undefined && policy.requireScope) throw scopeRequired([name]);
    return this.scope?.textFor(instance, args, frames.surroundings);
  }

  #readOf({ policy }: Runtime, call: Call): MethodRead {
    const { naming, scope, instance, args } = call;
    const { name, keys, refusal } = naming;
    if (refusal !== undefined) throw refusal;
    const told = this.options.key === undefined ? args : [(this.options.key as Loose).apply(instance, args)];
    const [first] = told;
    const leads =
      told.length === 1 && typeof first === 'string' && (scope === undefined || this.scope?.isBare(scope, first));
    const only = leads ? first : undefined;
    const known = only === undefined ? undefined : keys.get(only);
    if (known !== undefined) return new MethodRead(this, policy, known, call, only);
    const text = encodeArguments(told);
    const whose = scope === undefined ? '' : `${scopeSign}${scope}`;
    const key = `${policy.prefix}:${name}${whose}:${text}`;
    // An argument that has to be quoted or shortened has no shortcut.
    return new MethodRead(this, policy, key, call, text === only ? only : undefined);
  }

  /** Never throws: what a method throws instead of rejecting is a rejection, too. */
  async load(instance: object, args: unknown[]): Promise<unknown> {
    return this.method.apply(instance, args);
  }
}

/** One call. A class, so that it takes one object and no closures. */
class MethodRead implements Read<unknown> {
  readonly name: string;
  readonly keys: Map<string, string>;
  readonly scope: string | undefined;
  readonly instance: object;
  readonly args: unknown[];
  readonly copy: CopyMode;
  readonly timeoutMs: number | undefined;
  readonly fallbackMs: number;

  constructor(
    readonly cached: CachedMethod,
    readonly policy: Policy,
    readonly key: string,
    call: Call,
    /** The only argument, if it stands in the key as it is. */
    readonly only: string | undefined,
  ) {
    this.name = call.naming.name;
    this.keys = call.naming.keys;
    this.scope = call.scope;
    this.instance = call.instance;
    this.args = call.args;
    this.copy = cached.copy;
    this.timeoutMs = cached.timeoutMs;
    this.fallbackMs = cached.options.fallback === false ? 0 : policy.fallbackMs;
  }

  load(): Promise<unknown> {
    return this.cached.load(this.instance, this.args);
  }

  shortcut(): Shortcut | undefined {
    return this.only === undefined ? undefined : new Shortcut(this.keys, this.only);
  }

  tagsOf(result: unknown): readonly string[] {
    const { tags } = this.cached.options;
    if (typeof tags !== 'function') return tags ?? [];
    return tagList((tags as Loose).call(this.instance, result, ...this.args));
  }

  ttlOf(result: unknown): number {
    const { ttl } = this.cached.options;
    if (typeof ttl !== 'function') return this.cached.ttlMs ?? this.policy.ttlMs;
    const duration = (ttl as Loose).call(this.instance, result, ...this.args);
    const ms = millisecondsOf(duration);
    if (ms === undefined)
      throw new TypeError(`ttl must give seconds or a text such as '5m', it gave ${String(duration)}`);
    return ms;
  }
}

function above0(option: string, duration: Duration, where: string): number {
  const ms = millisecondsOf(duration);
  if (ms !== undefined && ms > 0) return ms;
  throw invalid(`${option} of @Cached on ${where} must be seconds above 0 or a text such as '5m'`, duration);
}

function from0(duration: Duration, where: string): number {
  const ms = millisecondsOf(duration);
  if (ms !== undefined && ms >= 0) return ms;
  throw invalid(`ttl of @Cached on ${where} must be seconds from 0 up or a text such as '5m'`, duration);
}

function invalid(what: string, got: unknown): CacheError {
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}, got ${inspect(got)}. Leave it out for the default.`);
}
