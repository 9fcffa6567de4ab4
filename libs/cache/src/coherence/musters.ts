import type { Position } from './change-list.js';
import type { Clock } from './clock.js';
import type { Coordinator, Raised } from './coordinator.js';
import { outlasting, type Terms } from './lease.js';
import { Muster } from './muster.js';
import type { Reach } from './registrar.js';
import { Suspects } from './suspects.js';

export interface MustersParts {
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly terms: Terms;
  readonly fault: (during: string, error: unknown) => void;
}

/** The members as a writer knows them: how far each has come, whom it waits for, and who keeps silent. */
export class Musters {
  readonly #clock: Clock;
  readonly #terms: Terms;
  readonly #suspects: Suspects;
  readonly #underway = new Set<Muster>();
  /** How far members said they are: on another connection, and maybe before the answer that says whom to wait for. */
  readonly #applied = new Map<string, Position>();

  constructor(parts: MustersParts) {
    this.#clock = parts.clock;
    this.#terms = parts.terms;
    this.#suspects = new Suspects(parts);
  }

  applied(member: string, position: Position): void {
    this.#suspects.clear(member);
    this.#applied.set(member, Math.max(position, this.#applied.get(member) ?? 0));
    for (const muster of this.#underway) muster.applied(member, position);
  }

  gone(member: string): void {
    for (const muster of this.#underway) muster.gone(member);
  }

  /** Done when each member has applied what was raised, or cannot hold a lease that began before it. (I6) */
  async hold(raised: Raised): Promise<Reach> {
    const muster = new Muster(raised, this.#clock, outlasting(this.#terms));
    this.#underway.add(muster);
    const members = new Set(raised.members.map(({ id }) => id));
    for (const [member, position] of this.#applied) {
      if (members.has(member)) muster.applied(member, position);
      else this.#applied.delete(member);
    }
    const suspect = (silent: readonly string[]) =>
      this.#suspects.add(silent, raised.position, (member) => this.applied(member, raised.position));
    const cancel = this.#clock.after(this.#terms.graceMs, () => suspect(muster.missing));
    const waitedOut = await muster.done;
    cancel();
    this.#underway.delete(muster);
    if (waitedOut.length > 0) suspect(waitedOut);
    return { confirmed: [...members].filter((member) => !waitedOut.includes(member)), waitedOut, through: 'list' };
  }
}
