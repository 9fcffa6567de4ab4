/** What the core tells whoever watches it. A fault costs a load and one of these, never an error. */
export type CacheEvent =
  /** A result was returned but not kept, because no copy of it would be faithful; the error names the place in it. */
  | { readonly kind: 'refused'; readonly name: string; readonly error: unknown }
  /** A result was returned but not kept, because it holds for fewer than its read says; the error names what helped it. */
  | { readonly kind: 'confined'; readonly name: string; readonly error: unknown }
  /** A `key`, `scope`, `tags` or `ttl` of a method did not give what it should; the call went to the source. */
  | {
      readonly kind: 'misdeclared';
      readonly name: string;
      readonly part: 'key' | 'scope' | 'tags' | 'ttl';
      readonly error: unknown;
    }
  /** The `tags` of a method that invalidates did not give what they should; everything was invalidated. */
  | { readonly kind: 'untold'; readonly name: string; readonly error: unknown }
  /** A result is kept by this process and not shared, because another could not read it as it is. */
  | { readonly kind: 'unshared'; readonly name: string; readonly error: unknown }
  /**
   * What another process had written could not be read. `isUsual`: it is of another version, or of a class with another shape,
   * as everything is for a while when processes are replaced one by one.
   */
  | { readonly kind: 'unreadable'; readonly name: string; readonly error: unknown; readonly isUsual: boolean }
  /** The cache itself failed at something it could do without. */
  | { readonly kind: 'fault'; readonly during: string; readonly error: unknown };

export type Tell = (event: CacheEvent) => void;

/** Nobody watches. */
export const unheard: Tell = () => {};
