/** What the test and its processes say to each other. Instants are microseconds of the machine's monotonic clock. */
export type Order =
  | {
      readonly kind: 'work';
      readonly rows: number;
      readonly readers: number;
      readonly writers: number;
      readonly pauseMs: number;
    }
  | { readonly kind: 'write'; readonly id: number }
  | { readonly kind: 'crowd'; readonly id: number; readonly callers: number }
  | { readonly kind: 'stop' };

export interface Report {
  /** Row, begun at, version, answered at. */
  readonly reads: [number, number, number, number][];
  /** Row, begun at, the version written unless it was rolled back, answered at. */
  readonly writes: [number, number, number | undefined, number][];
  loads: number;
  readonly failures: string[];
}
