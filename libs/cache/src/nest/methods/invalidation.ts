import { concat, concatMap, defer, finalize, ignoreElements, isObservable, tap, type Observable } from 'rxjs';
import { everything } from '../../coherence/tag.js';
import type { Runtime } from '../../core/runtime.js';
import { tagList } from '../../core/tag.js';
import type { Transaction } from '../../core/transaction.js';
import { afterHandling } from './invalidates-tags.interceptor.js';

export type TagsOfCall =
  readonly string[] | ((this: unknown, result: unknown, ...args: unknown[]) => readonly string[]);

interface Call {
  /** `FolderService.addFile` */
  readonly name: string;
  readonly declaration: TagsOfCall;
  readonly instance: unknown;
  readonly args: unknown[];
}

/**
 * What one call of a method with `@InvalidatesTags` does to the cache: nothing if it throws.
 * Tags that are known beforehand are fenced while the method runs, so that nobody sees the new state and then the old one.
 */
export class Invalidation {
  readonly #runtime: Runtime;
  readonly #call: Call;

  constructor(runtime: Runtime, call: Call) {
    this.#runtime = runtime;
    this.#call = call;
  }

  async around(work: () => unknown): Promise<unknown> {
    const write = await this.#begin();
    let result: unknown;
    try {
      result = await work();
    } catch (error) {
      await write?.settle('rolled back');
      throw error;
    }
    // Nest subscribes to a stream that was promised, too, and that begins anew.
    if (isObservable(result)) {
      await write?.settle('rolled back');
      return this.stream(result);
    }
    await afterHandling(this.#call.declaration, () => this.#succeeded(write, result));
    return result;
  }

  /** For what a method has returned that may return either, and therefore had to be called before it was fenced. */
  follow(returned: unknown): unknown {
    if (isObservable(returned)) return this.stream(returned);
    // It is awaited once the fence stands; until then a rejection has to have somebody who listens.
    Promise.resolve(returned).catch(() => undefined);
    return this.around(() => returned);
  }

  /** Each subscription is a call. Whoever gets a value gets it invalidated: he may take the first and leave. */
  stream<T>(source: Observable<T>): Observable<T> {
    return defer(() => {
      let write: Transaction | undefined;
      let gave = false;
      let failed = false;
      const begun = this.#begin();
      const begin = defer(async () => (write = await begun));
      const values = source.pipe(
        tap({ error: () => (failed = true) }),
        concatMap(async (value) => {
          gave = true;
          if (write === undefined) await this.#change(value);
          return value;
        }),
      );
      const end = defer(async () => {
        if (write !== undefined || !gave) await this.#succeeded(write, undefined);
      });
      return concat(begin.pipe(ignoreElements()), values, end.pipe(ignoreElements())).pipe(
        // Of a stream that was abandoned nobody knows how far its work had got. The fence may still be on its way.
        finalize(() => void begun.then((fenced) => fenced?.settle(failed ? 'rolled back' : 'committed'))),
      );
    });
  }

  async #begin(): Promise<Transaction | undefined> {
    const { transactions } = this.#runtime;
    const { declaration } = this.#call;
    if (typeof declaration === 'function' || transactions.current !== undefined) return undefined;
    const write = transactions.single();
    write.touch(declaration);
    await write.fence();
    return write;
  }

  async #succeeded(write: Transaction | undefined, result: unknown): Promise<void> {
    await write?.settle('committed');
    await this.#change(result);
  }

  #change(result: unknown): Promise<void> {
    return this.#runtime.transactions.change(this.#tagsFor(result));
  }

  /** Where nobody can tell what changed, everything did. */
  #tagsFor(result: unknown): readonly string[] {
    const { name, declaration, instance, args } = this.#call;
    if (typeof declaration !== 'function') return declaration;
    try {
      return tagList(declaration.call(instance, result, ...args));
    } catch (error) {
      this.#runtime.tell({ kind: 'untold', name, error });
      return [everything];
    }
  }
}
