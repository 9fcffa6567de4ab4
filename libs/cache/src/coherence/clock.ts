/** Time, as far as the cache knows of it. Milliseconds that only ever grow; tests turn it by hand. */
export interface Clock {
  now(): number;
  /** Calls once after `ms`; the answer cancels it. Never keeps a process alive. */
  after(ms: number, call: () => void): () => void;
}
