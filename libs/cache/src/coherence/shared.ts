import type { Clock } from './clock.js';
import type { Channel, Coordinator } from './coordinator.js';
import type { Coherence } from './coherence.js';
import { TermLease, type Terms } from './lease.js';
import { Member } from './member.js';
import { Reaper, type Witness } from './reaper.js';
import type { OutageRecord } from './record.js';
import { Replica } from './replica.js';
import { SharedRegistrar } from './shared-registrar.js';

export interface SharedParts {
  readonly coordinator: Coordinator;
  readonly channel: Channel;
  readonly witness: Witness;
  readonly record: OutageRecord;
  readonly clock: Clock;
  readonly terms: Terms;
  readonly newId: () => string;
  /** Of one life of this instance among the others: never used before, and known to whoever reads it. */
  readonly newName: () => string;
  readonly fault: (during: string, error: unknown) => void;
  readonly trusted?: (now: boolean) => void;
  /** How many changed tags the list remembers. */
  readonly bound: number;
}

/** The coherence of one instance among several. */
export class Shared implements Coherence {
  readonly replica: Replica;
  readonly registrar: SharedRegistrar;
  readonly #member: Member;
  readonly #reaper: Reaper;

  constructor(parts: SharedParts) {
    const { clock, terms } = parts;
    const lease = new TermLease(clock, terms.leaseMs);
    this.replica = new Replica(lease);
    this.registrar = new SharedRegistrar({
      ...parts,
      replica: this.replica,
      self: () => this.#member.id,
      expel: () => this.#member.expel(),
    });
    this.#member = new Member({
      ...parts,
      newId: parts.newName,
      replica: this.replica,
      lease,
      companion: this.registrar,
    });
    const afterMs = 2 * terms.leaseMs;
    this.#reaper = new Reaper({ ...parts, replica: this.replica, afterMs });
  }

  start(): void {
    this.#member.start();
    this.#reaper.start();
  }

  async stop(): Promise<void> {
    this.#reaper.stop();
    await this.#member.stop();
  }
}
