import { CacheError } from '../errors.js';

/** A value that would not come back from the cache as it went in, and the place inside it that is to blame. */
export class Uncopyable extends CacheError {
  /** `result.items[3].owner`; holds names of properties, never values. */
  readonly path: string;
  /** What stands there: `a function`. */
  readonly kind: string;

  constructor(path: string, kind: string, options?: ErrorOptions) {
    super(
      'CACHE_VALUE_UNCOPYABLE',
      `${path} is ${kind}, which cannot be kept as it is. Return plain data without it.`,
      options,
    );
    this.name = 'Uncopyable';
    this.path = path;
    this.kind = kind;
  }
}
