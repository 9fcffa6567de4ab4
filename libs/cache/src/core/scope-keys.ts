/**
 * Secrets of scopes: what holds for such a scope leaves the process only under its secret, and once that has been destroyed no
 * copy of it can be read, wherever it lies.
 */
export interface ScopeKeys {
  /**
   * Undefined at once: the entry of this key needs none. Resolves with undefined: there is none, or nobody can say; then the
   * entry can be neither read nor written. `make`: there should be one. Never rejects.
   */
  of(key: string, make: boolean): Promise<Buffer | undefined> | undefined;
}

export const noScopeKeys: ScopeKeys = Object.freeze({ of: () => undefined });
