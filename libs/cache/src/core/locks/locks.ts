/** A lock that is held until its time is over, unless it is extended. The time counts from before it was asked for. (I14) */
export interface Hold {
  /** Greater than that of every earlier hold of the same name: whoever guards a resource can refuse lower ones. */
  readonly token: number;
  /** False: it has been lost, and maybe taken by somebody else. Rejects when nobody can say. */
  extend(ttlMs: number): Promise<boolean>;
  /** Frees the name if it is still held by this; what somebody else has taken meanwhile stays his. */
  release(): Promise<void>;
}

/** Where locks are kept: in this process, or in a Redis that several share. */
export interface Locks {
  /** Does not wait: undefined when somebody else holds it. Rejects when nobody can say. */
  take(name: string, ttlMs: number): Promise<Hold | undefined>;
}
