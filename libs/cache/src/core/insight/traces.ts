import type { Objection } from '../../coherence/change-list.js';
import type { MissReason } from './counts.js';

/** Why a read was not answered, and when; `objection`: what had happened to what was kept. */
export interface Miss {
  readonly reason: MissReason;
  readonly at: number;
  readonly objection?: Objection | undefined;
}

interface Trace {
  /** Why there is nothing in memory, if there was something, or could have been. */
  gone?: Miss | undefined;
  lastMiss?: Miss | undefined;
}

export const mostTraced = 2_000;

/** What became of keys that were read lately and not answered. Written on the way to a source only: a hit leaves no trace. */
export class Traces {
  readonly #traces = new Map<string, Trace>();

  goneOf(key: string): Miss | undefined {
    return this.#traces.get(key)?.gone;
  }

  lastMissOf(key: string): Miss | undefined {
    return this.#traces.get(key)?.lastMiss;
  }

  missed(key: string, miss: Miss): void {
    this.#of(key).lastMiss = miss;
  }

  gone(key: string, why: Miss): void {
    this.#of(key).gone = why;
  }

  kept(key: string): void {
    const trace = this.#traces.get(key);
    if (trace !== undefined) trace.gone = undefined;
  }

  clear(): void {
    this.#traces.clear();
  }

  #of(key: string): Trace {
    const known = this.#traces.get(key);
    // The newest stand at the end.
    if (known !== undefined) this.#traces.delete(key);
    const trace = known ?? {};
    this.#traces.set(key, trace);
    if (this.#traces.size > mostTraced) this.#traces.delete(this.#traces.keys().next().value!);
    return trace;
  }
}
