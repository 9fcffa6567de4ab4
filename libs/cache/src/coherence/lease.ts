/** The right to answer from memory. An instance without one is blind and knows it. */
export interface Lease {
  readonly held: boolean;
}

/** The lease of an instance that shares its list with nobody: there is no news it could miss. */
export const forever: Lease = { held: true };
