import { AsyncLocalStorage } from 'node:async_hooks';
import { catchError, concat, defer, finalize, ignoreElements, tap, type Observable } from 'rxjs';
import type { Runtime } from '../core/runtime.js';
import type { Transaction } from '../core/transaction.js';

export type TagsOfCall =
  readonly string[] | ((this: unknown, result: unknown, ...args: unknown[]) => readonly string[]);

/** A call, as far as the method itself has been reached: an interceptor learns only then what it was called with. */
export interface Call {
  readonly declaration: TagsOfCall;
  instance?: unknown;
  args?: unknown[];
}

/** How a handler learns that its interceptor takes care of its invalidation. */
export const followed = new AsyncLocalStorage<Call>();

/**
 * What one call of a method with `@InvalidatesTags` does to the cache: nothing if it throws.
 * Tags that are known beforehand are fenced while the method runs, so that nobody sees the new state and then the old one.
 */
export class Invalidation {
  readonly #runtime: Runtime;
  readonly #call: Call;
  #write: Transaction | undefined;

  constructor(runtime: Runtime, call: Call) {
    this.#runtime = runtime;
    this.#call = call;
  }

  async around<T>(work: () => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      const result = await work();
      await this.#succeeded(result);
      return result;
    } finally {
      await this.#end();
    }
  }

  /** The same for a stream, whose result is the last thing it gives. */
  aroundStream<T>(source: () => Observable<T>): Observable<T> {
    let last: unknown;
    const begin = defer(() => this.#begin()).pipe(ignoreElements());
    const succeed = defer(() => this.#succeeded(last)).pipe(ignoreElements());
    return concat(begin, defer(source).pipe(tap((value) => (last = value))), succeed).pipe(
      catchError(async (error: unknown) => {
        await this.#end();
        throw error;
      }),
      // Whoever unsubscribes early must not leave a fence behind.
      finalize(() => void this.#end()),
    );
  }

  async #begin(): Promise<void> {
    const { transactions } = this.#runtime;
    const { declaration } = this.#call;
    if (typeof declaration === 'function' || transactions.current !== undefined) return;
    this.#write = transactions.single();
    this.#write.touch(declaration);
    await this.#write.fence();
  }

  async #succeeded(result: unknown): Promise<void> {
    const { transactions, tell } = this.#runtime;
    const { declaration, instance, args = [] } = this.#call;
    await this.#write?.settle('committed');
    try {
      const tags = typeof declaration === 'function' ? declaration.call(instance, result, ...args) : declaration;
      await transactions.change(tags);
    } catch (error) {
      tell({ kind: 'misdeclared', name: '@InvalidatesTags', part: 'tags', error });
    }
  }

  /** After success there is nothing left to end. */
  async #end(): Promise<void> {
    await this.#write?.settle('rolled back');
  }
}
