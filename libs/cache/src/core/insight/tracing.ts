/** Loads, for whoever traces: `node:diagnostics_channel` costs nothing while nobody subscribes. */
import { tracingChannel } from 'node:diagnostics_channel';
import type { Cache } from '../cache.js';
import type { MissReason } from './counts.js';

/** What is known of a load before it begins: no key and no argument. */
export interface LoadToTrace {
  /** Whose load it is: a process may have several caches, and they share the channel. */
  readonly cache: Cache;
  /** The method, or the kind of the key. */
  readonly name: string;
  /** Why it was a miss; undefined: nobody waits for it. */
  readonly reason: MissReason | undefined;
}

/** What is told of a load. */
export interface LoadTrace extends LoadToTrace {
  /** Runs the load. Who is told of the start may put another in its place, which has it run in a context of his. */
  around: <T>(load: () => T) => T;
}

/** The name of the tracing channel: `tracing:data-room-cache:load:start` and so on. */
const loadChannel = 'data-room-cache:load';

const loads = tracingChannel<unknown, LoadTrace>(loadChannel);

export function traceLoad<T>(known: LoadToTrace, load: () => Promise<T>): Promise<T> {
  if (!loads.start.hasSubscribers && !loads.asyncEnd.hasSubscribers) return load();
  const trace: LoadTrace = { ...known, around: (work) => work() };
  return loads.tracePromise(() => trace.around(load), trace);
}

/** Who follows loads throws nothing: Node would end the process. */
export interface LoadFollower {
  readonly started: (trace: LoadTrace) => void;
  /** `error`: present if it failed, whatever was thrown. */
  readonly ended: (trace: LoadTrace, failure: { readonly error: unknown } | undefined) => void;
}

/** Tells of the loads of every cache in this process. The answer takes it back. */
export function followLoads({ started, ended }: LoadFollower): () => void {
  const over = (trace: LoadTrace & { readonly error?: unknown }) =>
    ended(trace, 'error' in trace ? { error: trace.error } : undefined);
  const subscribers = {
    start: started,
    // A loader that throws before it has given a promise is over as it returns.
    end: (trace: LoadTrace) => ('error' in trace ? over(trace) : undefined),
    asyncStart: () => {},
    asyncEnd: over,
    error: () => {},
  };
  loads.subscribe(subscribers);
  return () => loads.unsubscribe(subscribers);
}
