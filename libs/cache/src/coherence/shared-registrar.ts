import type { Position } from './change-list.js';
import type { Clock } from './clock.js';
import type { Coordinator, Raised, Settlement, Standing } from './coordinator.js';
import { outlasting, type Terms } from './lease.js';
import type { Companion } from './life.js';
import { Musters } from './musters.js';
import { Recorder } from './recorder.js';
import type { OutageRecord } from './record.js';
import { unheardOf, type Entering, type Fence, type Registrar } from './registrar.js';
import type { Replica, Stamp } from './replica.js';
import type { Tag } from './tag.js';

export interface SharedRegistrarParts {
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly terms: Terms;
  readonly record: OutageRecord;
  readonly replica: Replica;
  readonly newId: () => string;
  /** The present name of this instance among the members; undefined while it is out. */
  readonly self: () => string | undefined;
  /** This instance changed something that its own member may not hear of. */
  readonly expel: () => void;
  readonly fault: (during: string, error: unknown) => void;
  /** How many changed tags the list remembers. */
  readonly bound: number;
}

const neverHeard = Object.freeze({ epoch: '', position: 0 });
const retryMs = 500;
const attempts = 4;
const purgesPerBound = 8;

/**
 * Fences and settles where several instances follow one list.
 *
 * (I6)  `fence` is done when every member has applied it, or cannot hold a lease that began before it.
 * (I23) And the list is known to have held it less than a moment ago: a list that is lost now has no reader before the commit.
 * (I20) What cannot be settled now is settled as soon as the list can be reached; it is never forgotten while the process lives.
 * (I21) What is fenced and not settled is fenced again in every new epoch.
 * (I25) What this instance fences or settles while it follows no list is noted in its own copy.
 * (I27) A fence says how it came to stand everywhere, and never that it was heard where it was not.
 */
export class SharedRegistrar implements Registrar, Companion {
  readonly #parts: SharedRegistrarParts;
  readonly #recorder: Recorder;
  readonly #standing = new Map<string, Standing>();
  readonly #musters: Musters;
  /** Fences, and settlements, of concurrent commits travel together. */
  #raising: { readonly fences: Standing[]; readonly answer: Promise<Raised> } | undefined;
  #settling: { readonly settlements: Settlement[]; readonly answer: Promise<void> } | undefined;
  /** Tags changed since the last purge that was asked for. */
  #changed = 0;
  /** Settles on their way into our own replica. */
  readonly #entries = new Map<string, { readonly entering: Entering; readonly over: () => void }>();
  #keepsUp = false;

  constructor(parts: SharedRegistrarParts) {
    this.#parts = parts;
    this.#recorder = new Recorder(parts);
    this.#musters = new Musters(parts);
  }

  async fence(tags: readonly Tag[], ref = ''): Promise<Fence> {
    const { clock, terms, replica, fault, expel } = this.#parts;
    const id = this.#parts.newId();
    const standing: Standing = { fence: id, owner: this.#parts.self() ?? '', tags, ref };
    this.#standing.set(id, standing);
    replica.note({ kind: 'fence', ...standing });
    if (ref === '') this.#keepUp();
    let stood: Raised | undefined;
    let reach = unheardOf;
    let certain = false;
    // A list that is lost again and again has each attempt wait; the record makes them wait once.
    const enoughAt = this.#recorder.records ? clock.now() + 1.5 * outlasting(terms) : Infinity;
    for (let attempt = 0; attempt < attempts && clock.now() < enoughAt; attempt++) {
      const askedAt = clock.now();
      try {
        const raised = await this.#raise(this.#standing.get(id)!);
        if (raised.epoch !== stood?.epoch) reach = await this.#musters.hold(raised);
        stood = raised;
        // A list that was lost while we waited took the fence with it: after a long wait we ask again. (I23)
        certain = clock.now() - askedAt < terms.graceMs;
        if (certain) break;
      } catch (error) {
        fault('fence', error);
      }
    }
    // What is fenced everywhere and not here will not be heard of here.
    if (!replica.holds(id)) expel();
    if (stood !== undefined && (certain || !this.#recorder.records)) {
      return { id, tags, stamp: stood, reach: certain ? reach : { ...reach, through: 'nothing' } };
    }
    // We may hear of nothing either; the leases of those who cannot reach the list end as ours would have.
    expel();
    const entered = await this.#recorder.enter(this.#standing.get(id)!);
    // From when everybody can see the entry. (I24)
    await this.#pause(outlasting(terms));
    return { id, tags, stamp: neverHeard, reach: { ...reach, through: entered ? 'record' : 'nothing' } };
  }

  async settle(fence: Fence, changed: readonly Tag[], entering?: Entering): Promise<void> {
    this.#standing.delete(fence.id);
    this.#note(fence.id, changed);
    this.#recorder.settle({ fence: fence.id, changed });
    const entered = entering && this.#entered(fence.id, entering);
    try {
      await this.#tell({ fence: fence.id, changed });
      await entered;
    } catch (error) {
      this.#parts.fault('settle', error);
      this.#parts.expel();
      this.#note(fence.id, changed);
      void this.#insist({ fence: fence.id, changed });
    }
  }

  outlast(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : this.#pause(ms * (1 + this.#parts.terms.drift));
  }

  standing(): Iterable<Standing> {
    return this.#standing.values();
  }

  applied(member: string, position: Position): void {
    this.#musters.applied(member, position);
  }

  joined(member: string): void {
    for (const [id, standing] of this.#standing) this.#standing.set(id, { ...standing, owner: member });
    const standing = [...this.#standing.values()];
    if (standing.length === 0) return;
    this.#parts.coordinator.fence(standing).catch((error: unknown) => {
      this.#parts.fault('fence', error);
      // Coming back once more says it once more.
      this.#parts.expel();
    });
  }

  left(member: string): void {
    for (const standing of this.#standing.values()) this.#parts.replica.note({ kind: 'fence', ...standing });
    this.#musters.gone(member);
    for (const { over } of this.#entries.values()) over();
  }

  entering(fence: string, stamp: Stamp): void {
    const entry = this.#entries.get(fence);
    entry?.entering(stamp);
    entry?.over();
  }

  /** Done when our own replica has the settle, or will not have it soon. */
  #entered(fence: string, entering: Entering): Promise<void> {
    if (this.#parts.self() === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const over = () => {
        this.#entries.delete(fence);
        cancel();
        resolve();
      };
      const cancel = this.#parts.clock.after(this.#parts.terms.graceMs, over);
      this.#entries.set(fence, { entering, over });
    });
  }

  /** Nobody can ask a database about these: raising them again is how others know that somebody still means it. (I22) */
  #keepUp(): void {
    const { clock, terms, coordinator, fault } = this.#parts;
    if (this.#keepsUp) return;
    this.#keepsUp = true;
    clock.after(terms.leaseMs, () => {
      this.#keepsUp = false;
      const unwitnessed = [...this.#standing.values()].filter(({ ref }) => ref === '');
      if (unwitnessed.length === 0) return;
      coordinator.fence(unwitnessed).catch((error: unknown) => fault('fence', error));
      this.#keepUp();
    });
  }

  #raise(standing: Standing): Promise<Raised> {
    if (this.#raising === undefined) {
      const fences: Standing[] = [];
      const answer = Promise.resolve().then(() => {
        this.#raising = undefined;
        return this.#parts.coordinator.fence(fences);
      });
      this.#raising = { fences, answer };
    }
    this.#raising.fences.push(standing);
    return this.#raising.answer;
  }

  #tell(settlement: Settlement): Promise<void> {
    if (this.#settling === undefined) {
      const settlements: Settlement[] = [];
      const answer = Promise.resolve().then(() => {
        this.#settling = undefined;
        return this.#parts.coordinator.settle(settlements);
      });
      this.#settling = { settlements, answer };
    }
    this.#settling.settlements.push(settlement);
    this.#purgeNowAndThen(settlement.changed.length);
    return this.#settling.answer;
  }

  async #insist(settlement: Settlement): Promise<void> {
    for (;;) {
      await this.#pause(retryMs);
      try {
        return await this.#parts.coordinator.settle([settlement]);
      } catch {
        // Said once when it failed first; the list is still out of reach.
      }
    }
  }

  /** By tags and not by commits: whoever joins is told of all of them. */
  #purgeNowAndThen(changed: number): void {
    const { coordinator, bound, fault } = this.#parts;
    this.#changed += changed;
    if (this.#changed < bound / purgesPerBound) return;
    this.#changed = 0;
    coordinator.purge(bound).catch((error: unknown) => fault('purge', error));
  }

  #note(fence: string, changed: readonly Tag[]): void {
    this.#parts.replica.note({ kind: 'settle', fence, changed });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve));
  }
}
