/** Which faults were under way when: what a request met, and what may be blamed for its failure. */
import type { Instance } from './instance.js';

/** `restart`: in good order, nothing may fail because of it. */
export type Realm = 'network' | 'redis' | 'database' | 'process' | 'restart';

export interface Trouble {
  readonly name: string;
  readonly realm: Realm;
  /** The only ones it concerns; undefined: all. */
  readonly victim: Instance | undefined;
  readonly from: number;
  to: number;
}

/** What a fault leaves behind counts as its own for so long. */
const aftermathMs = 1_000;

export const calm = 'no fault';
export const several = 'several at once';

export class Timeline {
  readonly #troubles: Trouble[] = [];

  begin(trouble: Pick<Trouble, 'name' | 'realm' | 'victim'>): Trouble {
    const begun = { ...trouble, from: performance.now(), to: Infinity };
    this.#troubles.push(begun);
    return begun;
  }

  end(trouble: Trouble): void {
    trouble.to = performance.now();
  }

  /** The fault that a request met. */
  met(from: number, to: number): string {
    const names = new Set(this.#during(from, to).map(({ name }) => name));
    if (names.size > 1) return several;
    const [name] = names;
    return name ?? calm;
  }

  /** Would it have failed without a cache? */
  excuses(from: number, to: number, instance: Instance): boolean {
    return this.#during(from, to).some(
      ({ realm, victim }) => realm === 'database' || (realm === 'process' && victim === instance),
    );
  }

  /** From the latest backwards: a run has many, and a request is from just now. */
  #during(from: number, to: number): Trouble[] {
    const found: Trouble[] = [];
    for (let at = this.#troubles.length - 1; at >= 0; at--) {
      const trouble = this.#troubles[at]!;
      if (trouble.from <= to && trouble.to + aftermathMs >= from) found.push(trouble);
    }
    return found;
  }
}
