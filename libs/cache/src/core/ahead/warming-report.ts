/**
 * How one warming stands. `waiting`: for its time, or until this process is in step; `elsewhere`: another process is at it, and this
 * one looks again when it may have ended or died; `stopped`: the process closes.
 */
export interface WarmingReport {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'stopped' | 'elsewhere' | 'failed';
  /** How many calls there are; null where that is known only when the last has been told. */
  readonly total: number | null;
  /** Of these, how many have been seen to. */
  readonly done: number;
  /** Of those, how many had to be loaded here: for the others there was an answer already. */
  readonly loaded: number;
  readonly failed: number;
  /** On the cache's clock; null: it has not begun yet, or has not ended. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}
