import type { Registrar } from './registrar.js';
import type { Replica } from './replica.js';

/** What keeps a cache true: whom its reads ask, and whom its writes tell. Of one process (`alone`) or of several (`Shared`). */
export interface Coherence {
  readonly replica: Replica;
  readonly registrar: Registrar;
  start(): void;
  /** Leaves the others without a word to wait for. */
  stop(): Promise<void>;
}
