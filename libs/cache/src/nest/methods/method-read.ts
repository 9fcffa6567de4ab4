import { millisecondsOf } from '../../core/duration.js';
import type { MethodCounts } from '../../core/insight/counts.js';
import type { CacheError } from '../../core/errors.js';
import type { CopyMode } from '../../core/keeping.js';
import type { Policy } from '../../core/policy.js';
import type { Again, Read } from '../../core/read.js';
import type { Runtime } from '../../core/runtime.js';
import { Shortcut } from '../../core/memory/shortcut.js';
import { tagList } from '../../core/tag.js';
import type { CachedOptions } from './cached-options.js';
import type { Method } from './method.js';
import type { RefreshAhead } from './refresh-ahead.js';

/** A method or an option as it is called: its types are the application's business. */
export type Loose = (this: unknown, ...args: unknown[]) => unknown;

/** What the method is called on instances of one class. */
export interface Naming {
  readonly name: string;
  /** Where it is counted in the application that was asked last. */
  counts: MethodCounts;
  /** The application that was last asked whether the name is free, and what it had against it. */
  runtime?: Runtime;
  refusal?: CacheError | undefined;
  /** The keys of the entries in that application's memory, by the argument; see Shortcut. */
  keys: Map<string, string>;
}

/** Who is asked for what, on whose behalf. */
export interface Call {
  readonly naming: Naming;
  readonly scope: string | undefined;
  readonly instance: object;
  readonly args: unknown[];
}

/** What is the same for all calls of a cached method. */
export interface Readable {
  readonly options: CachedOptions<unknown, Method>;
  readonly copy: CopyMode;
  readonly timeoutMs: number | undefined;
  readonly ttlMs: number | undefined;
  /** Undefined: nothing of it is loaded before somebody asks. */
  readonly ahead?: RefreshAhead | undefined;
  load(instance: object, args: unknown[]): Promise<unknown>;
}

/** What one call of a cached method asks for. A class, so that it takes one object and no closures. */
export class MethodRead implements Read<unknown> {
  readonly name: string;
  readonly counts: MethodCounts;
  readonly keys: Map<string, string>;
  readonly scope: string | undefined;
  readonly instance: object;
  readonly args: unknown[];
  readonly copy: CopyMode;
  readonly timeoutMs: number | undefined;
  readonly fallbackMs: number;
  #again: Again | 'none' | undefined;

  constructor(
    readonly cached: Readable,
    policy: Policy,
    readonly key: string,
    call: Call,
    /** The only argument, if it stands in the key as it is. */
    readonly only: string | undefined,
  ) {
    this.name = call.naming.name;
    this.counts = call.naming.counts;
    this.keys = call.naming.keys;
    this.scope = call.scope;
    this.instance = call.instance;
    this.args = call.args;
    this.copy = cached.copy;
    this.timeoutMs = cached.timeoutMs;
    this.fallbackMs = cached.options.fallback === false ? 0 : policy.fallbackMs;
  }

  load(): Promise<unknown> {
    this.again();
    return this.cached.load(this.instance, this.args);
  }

  shortcut(): Shortcut | undefined {
    return this.only === undefined ? undefined : new Shortcut(this.keys, this.only);
  }

  again(): Again | undefined {
    this.#again ??= this.cached.ahead?.againFor(this) ?? 'none';
    return this.#again === 'none' ? undefined : this.#again;
  }

  tagsOf(result: unknown): readonly string[] {
    const { tags } = this.cached.options;
    if (typeof tags !== 'function') return tags ?? [];
    return tagList((tags as Loose).call(this.instance, result, ...this.args));
  }

  ttlOf(result: unknown): number | undefined {
    const { ttl } = this.cached.options;
    if (typeof ttl !== 'function') return this.cached.ttlMs;
    const duration = (ttl as Loose).call(this.instance, result, ...this.args);
    const ms = millisecondsOf(duration);
    if (ms === undefined)
      throw new TypeError(`ttl must give seconds or a text such as '5m', it gave ${String(duration)}`);
    return ms;
  }
}
