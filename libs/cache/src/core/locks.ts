/** A lock that is held until its time is over, unless it is extended. */
export interface Hold {
  /** Greater than that of every earlier hold of the same name: whoever guards a resource can refuse lower ones. */
  readonly token: number;
  /** False: it has been lost, and maybe taken by somebody else. */
  extend(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/** Where locks are kept: in this process, or in a Redis that several share. */
export interface Locks {
  /** Does not wait: undefined when somebody else holds it. Rejects when nobody can say. */
  take(name: string, ttlMs: number): Promise<Hold | undefined>;
}
