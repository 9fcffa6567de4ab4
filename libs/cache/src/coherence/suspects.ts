import type { Position } from './change-list.js';
import type { Clock } from './clock.js';
import type { Coordinator } from './coordinator.js';
import { outlasting, type Terms } from './lease.js';

/** Silent members: flagged, and removed when their leases must be over, so that the next commit need not wait for them. */
export class Suspects {
  readonly #coordinator: Coordinator;
  readonly #clock: Clock;
  readonly #terms: Terms;
  readonly #fault: (during: string, error: unknown) => void;
  readonly #suspects = new Set<string>();

  constructor(parts: {
    readonly coordinator: Coordinator;
    readonly clock: Clock;
    readonly terms: Terms;
    readonly fault: (during: string, error: unknown) => void;
  }) {
    this.#coordinator = parts.coordinator;
    this.#clock = parts.clock;
    this.#terms = parts.terms;
    this.#fault = parts.fault;
  }

  /** It has spoken. */
  clear(member: string): void {
    this.#suspects.delete(member);
  }

  /** `spoken`: who turns out to have applied what was told at `below`. */
  add(members: readonly string[], below: Position, spoken: (member: string) => void): void {
    const fresh = members.filter((member) => !this.#suspects.has(member));
    if (fresh.length === 0) return;
    for (const member of fresh) this.#suspects.add(member);
    this.#coordinator.flag(fresh, below).then(
      (flagged) => {
        for (const member of fresh) if (!flagged.includes(member)) spoken(member);
        if (flagged.length > 0) this.#clock.after(outlasting(this.#terms), () => this.#remove(flagged));
      },
      (error: unknown) => {
        for (const member of fresh) this.#suspects.delete(member);
        this.#fault('flag', error);
      },
    );
  }

  #remove(flagged: readonly string[]): void {
    for (const member of flagged) this.#suspects.delete(member);
    this.#coordinator.remove(flagged).catch((error: unknown) => this.#fault('remove', error));
  }
}
