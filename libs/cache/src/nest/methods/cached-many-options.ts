import type { CachedOptions } from './cached-options.js';
import type { ResultOf } from './signature.js';

/** A method that is given ids before anything else, and gives the rows that it finds. */
export type BatchMethod = (ids: never, ...rest: never[]) => Promise<readonly unknown[]>;

type IdsOf<F> = F extends (ids: infer Ids, ...rest: never[]) => unknown ? Ids : never;
type IdOf<F> = IdsOf<F> extends readonly (infer Id extends string | number | bigint)[] ? Id : never;
type RestOf<F> = F extends (ids: never, ...rest: infer Rest) => unknown ? Rest : never;
type RowOf<F> = ResultOf<F> extends readonly (infer Row)[] ? Row : never;

/** What the method would be if it were asked for one row at a time: undefined is a row that is not there. */
type OfRow<F> = (id: IdOf<F>, ...rest: RestOf<F>) => Promise<RowOf<F> | undefined>;

type OfEachRow = 'name' | 'key' | 'scope' | 'tags' | 'ttl' | 'copy' | 'timeout' | 'fallback';

/** What `@CachedMany` may be told of a method `F` of a class `T`. All but `id` is what `@Cached` would be told of one row. */
export interface CachedManyOptions<T, F> extends Pick<CachedOptions<T, OfRow<F>>, OfEachRow> {
  /** Under which of the ids the row was asked for. */
  readonly id: (this: NoInfer<T>, row: RowOf<NoInfer<F>>) => IdOf<NoInfer<F>>;
}
