import { inspect } from 'node:util';
import type { Batch } from '../../core/batch-source.js';
import { CacheError } from '../../core/errors.js';
import type { Read } from '../../core/read.js';
import type { Runtime } from '../../core/runtime.js';
import type { BatchMethod, CachedManyOptions } from './cached-many-options.js';
import { CachedMethod } from './cached-method.js';
import type { CachedOptions } from './cached-options.js';
import { nameIn, type Method } from './method.js';
import type { Class } from './method-names.js';
import type { Loose, MethodRead } from './method-read.js';
import { matched, RowMismatch } from './row-match.js';

/** One call: of whom, and with what behind the ids. */
interface Call {
  readonly runtime: Runtime;
  readonly instance: object;
  readonly rest: readonly unknown[];
}

/** A method with `@CachedMany`: how a call of it becomes a batch of reads, each of one row. */
export class CachedManyMethod {
  readonly #method: Loose;
  readonly #id: Loose;
  /** The method as it would be for one row. */
  readonly row: CachedMethod;

  constructor(
    declaredBy: unknown,
    property: string | symbol,
    method: Method,
    options: CachedManyOptions<unknown, BatchMethod>,
  ) {
    const { id, ...ofRow } = options;
    if (typeof id !== 'function') {
      const where = nameIn(declaredBy as Class, property);
      const sentence = `id of @CachedMany on ${where} must be a function that gives the id of a row, got ${inspect(id)}.`;
      throw new CacheError('CACHE_OPTIONS_INVALID', sentence);
    }
    this.#method = method as unknown as Loose;
    this.#id = id as unknown as Loose;
    const rowOf = (instance: unknown, one: unknown, rest: unknown[]) => this.#rowOf(instance, one, rest);
    const ofOne: Method = function (one, ...rest) {
      return rowOf(this, one, rest);
    };
    this.row = new CachedMethod(declaredBy, property, ofOne, ofRow as CachedOptions<unknown, Method>);
  }

  /** Where nothing is cached: the same rows in the same order. */
  async source(instance: unknown, args: unknown[]): Promise<unknown> {
    const [ids] = args;
    if (!Array.isArray(ids)) return this.#method.apply(instance, args);
    // Whose list it is may go on using it.
    const asked: unknown[] = [...(ids as unknown[])];
    if (asked.length === 0) return [];
    const given = await this.#method.apply(instance, args);
    const distinct = [...new Set(asked)];
    try {
      const { rows } = matched(distinct, given, (row) => this.#id.call(instance, row));
      return arranged(asked, new Map(distinct.map((id, at) => [id, rows[at]])));
    } catch {
      // What is wrong with it is said where it is needed.
      return given;
    }
  }

  async call(runtime: Runtime, instance: object, args: unknown[]): Promise<unknown> {
    const { reader } = runtime;
    const [ids, ...rest] = args;
    if (!Array.isArray(ids)) return this.#method.apply(instance, args);
    const asked: unknown[] = [...(ids as unknown[])];
    const reads = new Map<unknown, MethodRead>();
    for (const id of new Set(asked)) {
      if (!reader.answers) {
        this.row.unanswered(runtime, instance, [id, ...rest]);
        continue;
      }
      const read = this.row.reading(runtime, instance, [id, ...rest]);
      if (typeof read === 'function') return read(() => this.source(instance, args));
      this.row.consider(runtime, instance, read, reads.size);
      reads.set(id, read);
    }
    if (reads.size === 0) return this.source(instance, args);
    const batch = this.#batch({ runtime, instance, rest }, [...reads.values()]);
    try {
      const values = await reader.many.read(batch);
      const byKey = new Map(batch.reads.map(({ key }, at) => [key, values[at]]));
      return arranged(asked, new Map([...reads].map(([id, { key }]) => [id, byKey.get(key)])));
    } catch (error) {
      if (!(error instanceof RowMismatch)) throw error;
      this.#misdeclared(runtime, batch.name, error);
      return reader.pass(batch.counts, () => this.source(instance, [asked, ...rest]));
    }
  }

  #batch(call: Call, reads: readonly MethodRead[]): Batch<unknown> {
    const { name, counts, timeoutMs } = reads[0]!;
    // A `key` may say that two ids are one row.
    const distinct = [...new Map(reads.map((read) => [read.key, read])).values()];
    return { name, counts, timeoutMs, reads: distinct, load: (some) => this.#load(call, name, some) };
  }

  async #load(
    { runtime, instance, rest }: Call,
    name: string,
    reads: readonly Read<unknown>[],
  ): Promise<readonly unknown[]> {
    const ids = (reads as readonly MethodRead[]).map(({ args }) => args[0]);
    const given = await this.#method.call(instance, [...ids], ...rest);
    const { rows, strangers } = matched(ids, given, (row) => this.#id.call(instance, row));
    if (strangers === 0) return rows;
    this.#misdeclared(runtime, name, new Error(`The method gave ${strangers} rows that it was not asked for.`));
    // One of them may be what is missing.
    if (rows.includes(undefined)) runtime.frames.load?.lapse();
    return rows;
  }

  async #rowOf(instance: unknown, id: unknown, rest: unknown[]): Promise<unknown> {
    const given = await this.#method.call(instance, [id], ...rest);
    return matched([id], given, (row) => this.#id.call(instance, row)).rows[0];
  }

  #misdeclared({ tell }: Runtime, name: string, error: unknown): void {
    const cause = error instanceof RowMismatch && error.cause !== undefined ? error.cause : error;
    tell({ kind: 'misdeclared', name, part: 'id', error: cause });
  }
}

/** The rows in the order of the ids, as often as they were asked for. */
function arranged(ids: readonly unknown[], rows: ReadonlyMap<unknown, unknown>): unknown[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
}
