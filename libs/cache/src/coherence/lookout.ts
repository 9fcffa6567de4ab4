import type { Clock } from './clock.js';
import type { Coordinator, Settlement } from './coordinator.js';
import { inTime } from './in-time.js';
import type { Terms } from './lease.js';
import type { OutageRecord, Row } from './record.js';
import type { Replica } from './replica.js';
import type { Tag } from './tag.js';

export interface LookoutParts {
  readonly record: OutageRecord;
  readonly coordinator: Coordinator;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly terms: Terms;
  readonly fault: (during: string, error: unknown) => void;
}

/** Somebody may have read a row while it was open, and be about to raise its fence. */
const rememberedMs = 60_000;

/**
 * The side of the outage record that reads, for one life of a member.
 *
 * (I24) It tells the list what it has seen in the record before the member asks for a lease, and the lease counts from before
 *       the record was asked. So whoever holds a lease when a row has been visible for longer than that has applied its fence.
 */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #looked: () => void;
  /** What this life has told the list of: rows that were not open, and since when; fences that it raised. */
  readonly #told = new Map<string, { readonly state: Row['state']; readonly at: number }>();
  readonly #raised = new Map<string, readonly Tag[]>();
  #lookedAt = -Infinity;
  #over = false;
  #cancel: (() => void) | undefined;

  /** `looked`: what was in the record is on the list, so that a lease may be asked for. */
  constructor(parts: LookoutParts, looked: () => void) {
    this.#parts = parts;
    this.#looked = looked;
  }

  /** No lease may count from later than this. */
  get at(): number {
    return this.#parts.record.kept ? this.#lookedAt : Infinity;
  }

  start(): void {
    if (this.#parts.record.kept) void this.#look();
  }

  stop(): void {
    this.#over = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    const { record, clock, terms, fault } = this.#parts;
    const sentAt = clock.now();
    try {
      const rows = await inTime(record.read(), clock, terms.graceMs);
      if (this.#over) return;
      await this.#tell(rows);
      if (this.#over) return;
      this.#lookedAt = sentAt;
      this.#looked();
    } catch (error) {
      if (!this.#over) fault('reading the outage record', error);
    }
    if (!this.#over) this.#cancel = clock.after(terms.leaseMs / 3, () => void this.#look());
  }

  async #tell(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0 && this.#raised.size === 0) return;
    const { coordinator, replica, clock } = this.#parts;
    const standing = new Set([...replica.standing()].map(({ fence }) => fence));
    const unraised = rows.filter(({ fence, state }) => state === 'open' && !standing.has(fence));
    const over = rows.filter(({ state }) => state !== 'open');
    const untold = over.filter(({ fence, state }) => standing.has(fence) || this.#told.get(fence)?.state !== state);
    const settlements = [...this.#vanished(rows), ...untold];
    if (unraised.length > 0) {
      await coordinator.fence(unraised.map(({ fence, tags, ref }) => ({ fence, tags, ref, owner: '' })));
      for (const { fence, tags } of unraised) this.#raised.set(fence, tags);
    }
    if (settlements.length > 0) {
      await coordinator.settle(settlements.map(({ fence, changed }) => ({ fence, changed })));
      for (const { fence } of settlements) this.#raised.delete(fence);
    }
    for (const { fence, state } of untold) this.#told.set(fence, { state, at: clock.now() });
    this.#forget(rows, standing);
  }

  /** Raised here when the row had been settled, told to the list, and forgotten by somebody else. */
  #vanished(rows: readonly Row[]): Settlement[] {
    const names = new Set(rows.map(({ fence }) => fence));
    return [...this.#raised].filter(([fence]) => !names.has(fence)).map(([fence, changed]) => ({ fence, changed }));
  }

  /** Only what the present list has been told of, and not at once. */
  #forget(rows: readonly Row[], standing: ReadonlySet<string>): void {
    const { record, clock, fault } = this.#parts;
    const names = new Set(rows.map(({ fence }) => fence));
    for (const fence of this.#told.keys()) if (!names.has(fence)) this.#told.delete(fence);
    const old = [...this.#told].filter(([fence, { at }]) => clock.now() - at > rememberedMs && !standing.has(fence));
    if (old.length === 0) return;
    record
      .forget(old.map(([fence]) => fence))
      .catch((error: unknown) => fault('forgetting what the record had', error));
  }
}
