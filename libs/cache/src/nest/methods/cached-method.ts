import { inspect } from 'node:util';
import { millisecondsOf, type Duration } from '../../core/duration.js';
import { MethodCounts } from '../../core/insight/counts.js';
import { CacheError } from '../../core/errors.js';
import { encodeArguments } from '../../core/key.js';
import type { CopyMode } from '../../core/keeping.js';
import type { Runtime } from '../../core/runtime.js';
import { nobody, scopeSign } from '../../core/scope.js';
import { tagList } from '../../core/tag.js';
import type { CachedOptions } from './cached-options.js';
import { nameIn, type Method } from './method.js';
import { MethodNames, type Class } from './method-names.js';
import { MethodRead, type Call, type Loose, type Naming, type Readable } from './method-read.js';
import { RefreshAhead } from './refresh-ahead.js';
import { MethodScope, scopeRequired } from './scope-option.js';
import { warmSettingsFrom, type WarmSettings } from './warm-option.js';

/** How a call is answered of which nobody can say what it asks for, or for whom. */
type Pass = (load: () => Promise<unknown>) => Promise<unknown>;

/** A method with `@Cached`: what it is called and how a call of it becomes a read. */
export class CachedMethod implements Readable {
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
  readonly warm: WarmSettings | undefined;
  readonly ahead: RefreshAhead | undefined;

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
    this.warm = warmSettingsFrom(options.warm, this.scope, where);
    this.ahead = RefreshAhead.from(options.refreshAhead, this.scope, where, (...call) => this.reading(...call));
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
    naming.counts = runtime.insight.counts.of(naming.name);
    if (this.options.audit !== false) runtime.auditor.enlist(naming.counts);
    // Another application has other entries. They close their shortcuts in the map that they were opened in.
    naming.keys = new Map();
    return naming;
  }

  #namingFor(actual: Class): Naming {
    let naming = this.#namings.get(actual);
    if (naming === undefined) {
      const own = nameIn(this.#declaredBy as Class, this.#property);
      const name = this.options.name ?? (actual === this.#declaredBy ? own : `${actual.name}.${own}`);
      this.#namings.set(actual, (naming = { name, counts: new MethodCounts(name), keys: new Map() }));
    }
    return naming;
  }

  call(runtime: Runtime, instance: object, args: unknown[]): Promise<unknown> {
    const { reader } = runtime;
    const naming = this.#namingIn(runtime, instance.constructor as Class);
    const { counts } = naming;
    if (!reader.answers) return this.#bypass(runtime, { naming, instance, args });
    const [only] = args;
    const isPlain = args.length === 1 && typeof only === 'string' && this.options.key === undefined;
    if (isPlain && (this.scope === undefined || this.scope.isArgument(instance, args))) {
      const key = counts.hits < counts.auditAt ? naming.keys.get(only) : undefined;
      const answer = key === undefined ? undefined : reader.hit(key, counts);
      if (answer !== undefined) return answer;
    }
    const read = this.#reading(runtime, { naming, instance, args });
    if (typeof read === 'function') return read(() => this.load(instance, args));
    this.consider(runtime, instance, read);
    return reader.read(read);
  }

  /** Before it is answered: it may be the turn of this hit to be compared with its source. `before`: how many are before it in the same call. */
  consider(runtime: Runtime, instance: object, read: MethodRead, before = 0): void {
    const { hits, auditAt } = read.counts;
    if (hits + before >= auditAt) runtime.auditor.consider(read, (copies) => this.#again(runtime, instance, copies));
  }

  #again(runtime: Runtime, instance: object, args: unknown[]): MethodRead | undefined {
    const read = this.reading(runtime, instance, args);
    return typeof read === 'function' ? undefined : read;
  }

  /** What a call with these arguments asks for. */
  reading(runtime: Runtime, instance: object, args: unknown[]): MethodRead | Pass {
    return this.#reading(runtime, { naming: this.#namingIn(runtime, instance.constructor as Class), instance, args });
  }

  #reading(runtime: Runtime, call: Omit<Call, 'scope'>): MethodRead | Pass {
    const { policy, reader, tell } = runtime;
    const { naming, instance, args } = call;
    const { name, counts } = naming;
    let scope: string | undefined;
    try {
      scope = this.#scopeOf(runtime, naming, instance, args);
    } catch (error) {
      if (policy.strict) return () => reader.pass(counts, () => Promise.reject(error as CacheError), nobody);
      tell({ kind: 'misdeclared', name, part: 'scope', error });
      return (load) => reader.pass(counts, load, nobody);
    }
    try {
      return this.#readOf(runtime, { naming, scope, instance, args });
    } catch (error) {
      tell({ kind: 'misdeclared', name, part: 'key', error });
      return (load) => reader.pass(counts, load, scope);
    }
  }

  /** What was asked for is looked up only where somebody may want to know why it was not answered. */
  #bypass(runtime: Runtime, call: Omit<Call, 'scope'>): Promise<unknown> {
    const { naming, instance, args } = call;
    const load = () => this.method.apply(instance, args) as Promise<unknown>;
    return runtime.reader.bypass(naming.counts, this.#keyOf(runtime, call), load);
  }

  /** What the result of a call with these arguments is found under; undefined: nobody can say. */
  keyOf(runtime: Runtime, instance: object, args: unknown[]): string | undefined {
    return this.#keyOf(runtime, { naming: this.#namingIn(runtime, instance.constructor as Class), instance, args });
  }

  /** Counts a call that nothing answers but the source. */
  unanswered(runtime: Runtime, instance: object, args: unknown[]): void {
    const naming = this.#namingIn(runtime, instance.constructor as Class);
    runtime.reader.unanswered(naming.counts, this.#keyOf(runtime, { naming, instance, args }));
  }

  #keyOf(runtime: Runtime, { naming, instance, args }: Omit<Call, 'scope'>): string | undefined {
    if (!runtime.policy.enabled) return undefined;
    try {
      const scope = this.#scopeOf(runtime, naming, instance, args);
      return this.#readOf(runtime, { naming, scope, instance, args }).key;
    } catch {
      // What is wrong with it is said where it is needed.
      return undefined;
    }
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
