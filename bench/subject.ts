import type { Kind } from './files.js';

export type Read = (id: string) => Promise<unknown>;

/** A cache under measurement: the same reads and invalidations, whoever answers them. */
export interface Subject {
  /** Reads of one kind: with three tags, and the id in the key. */
  reader(kind: Kind): Read;
  delete(kind: Kind, id: string): Promise<unknown>;
  invalidate(tag: string): Promise<unknown>;
  /** How often a value had to be loaded. */
  readonly loads: number;
  /** Whether dates and classes come back as they went in; no more is asked of a rival than it promises. */
  readonly faithful: boolean;
  close(): Promise<void>;
}

export interface Bounds {
  readonly entries: number;
}
