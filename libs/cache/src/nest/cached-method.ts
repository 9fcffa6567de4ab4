import { inspect } from 'node:util';
import { millisecondsOf, type Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { encodeArguments } from '../core/key.js';
import type { CopyMode } from '../core/keeping.js';
import type { Read } from '../core/reader.js';
import type { Runtime } from '../core/runtime.js';
import { tagList } from '../core/tag.js';
import type { CachedOptions } from './cached.decorator.js';
import { nameIn, type Method } from './method.js';
import { MethodNames, type Class } from './method-names.js';

type Loose = (this: unknown, ...args: unknown[]) => unknown;

/** What the method is called on instances of one class. */
interface Naming {
  readonly name: string;
  /** The application that was last asked whether the name is free, and what it had against it. */
  runtime?: Runtime;
  refusal?: CacheError | undefined;
}

/** A method with `@Cached`: what it is called and how a call of it becomes a read. */
export class CachedMethod {
  readonly #declaredBy: unknown;
  readonly #property: string | symbol;
  readonly #namings = new WeakMap<object, Naming>();
  readonly options: CachedOptions<unknown, Method>;
  readonly method: Loose;
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
    if (options.name !== undefined && !/^[!-~]+$/.test(options.name))
      throw invalid(`name of @Cached on ${where} must be printable characters without spaces`, options.name);
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
    const naming = this.#namingFor(actual);
    if (naming.runtime === runtime) return naming.refusal;
    naming.runtime = runtime;
    naming.refusal = MethodNames.of(runtime).refusal(naming.name, this, actual);
    return naming.refusal;
  }

  #namingFor(actual: Class): Naming {
    let naming = this.#namings.get(actual);
    if (naming === undefined) {
      const own = nameIn(this.#declaredBy as Class, this.#property);
      naming = { name: this.options.name ?? (actual === this.#declaredBy ? own : `${actual.name}.${own}`) };
      this.#namings.set(actual, naming);
    }
    return naming;
  }

  call(runtime: Runtime, instance: object, args: unknown[]): Promise<unknown> {
    const { reader, tell, policy } = runtime;
    if (!reader.answers) return this.method.apply(instance, args) as Promise<unknown>;
    const actual = instance.constructor as Class;
    const name = this.nameFor(actual);
    let key: string;
    try {
      const refusal = this.refusalIn(runtime, actual);
      if (refusal !== undefined) throw refusal;
      key = `${policy.prefix}:${name}:${this.#encode(instance, args)}`;
    } catch (error) {
      tell({ kind: 'misdeclared', name, part: 'key', error });
      return reader.pass(() => this.load(instance, args));
    }
    return reader.read(new MethodRead(this, policy.ttlMs, key, name, instance, args));
  }

  /** Never throws: what a method throws instead of rejecting is a rejection, too. */
  async load(instance: object, args: unknown[]): Promise<unknown> {
    return this.method.apply(instance, args);
  }

  #encode(instance: object, args: unknown[]): string {
    const key = this.options.key as Loose | undefined;
    return encodeArguments(key === undefined ? args : [key.apply(instance, args)]);
  }
}

/** One call. A class, so that a hit allocates one object and no closures. */
class MethodRead implements Read<unknown> {
  readonly copy: CopyMode;
  readonly timeoutMs: number | undefined;

  constructor(
    readonly cached: CachedMethod,
    readonly defaultTtlMs: number,
    readonly key: string,
    readonly name: string,
    readonly instance: object,
    readonly args: unknown[],
  ) {
    this.copy = cached.copy;
    this.timeoutMs = cached.timeoutMs;
  }

  load(): Promise<unknown> {
    return this.cached.load(this.instance, this.args);
  }

  tagsOf(result: unknown): readonly string[] {
    const { tags } = this.cached.options;
    if (typeof tags !== 'function') return tags ?? [];
    return tagList((tags as Loose).call(this.instance, result, ...this.args));
  }

  ttlOf(result: unknown): number {
    const { ttl } = this.cached.options;
    if (typeof ttl !== 'function') return this.cached.ttlMs ?? this.defaultTtlMs;
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
