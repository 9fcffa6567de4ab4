import type { Raised } from '../../coherence/coordinator.js';
import type { Position } from '../../coherence/change-list.js';
import { sumOf } from '../../core/insight/pulse.js';
import type { Posted, Summary } from '../../core/insight/status-board.js';
import type { Composition } from '../composition.js';

/** An instance as the one that is asked knows it. */
export interface Instance {
  readonly name: string;
  readonly self: boolean;
  readonly position: Position | null;
  /** `silent`: it is enrolled, and has not been heard of lately. */
  readonly state: 'in step' | 'silent' | 'out of step';
  /** As it said itself; null: for ever, or it has not said. */
  readonly leaseMs: number | null;
  /** When it last said something of itself; absent: it has no console. */
  readonly seenAt?: number;
  readonly statistics?: Pick<Summary, 'hits' | 'misses' | 'bytes' | 'entries'>;
}

interface Others {
  readonly roll: Raised;
  readonly posted: readonly Posted[];
}

/** Posts are put up every two seconds, and one may be late. */
const silentMs = 6_000;
/** Several who look at the same time are told the same. */
const freshMs = 1_000;

/**
 * The instances that share a list: who is enrolled there, and what each has put up of itself. Redis is asked within the budget of
 * a call; when it does not answer, what was known last is told with its age.
 */
export class Fleet {
  readonly #composition: Composition;
  /** Two applications in one process have one name. */
  readonly #boardName: string;
  #others: Others | undefined;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(composition: Composition, boardName: string) {
    this.#composition = composition;
    this.#boardName = boardName;
  }

  /** Says of this instance what the others may see. */
  async post(): Promise<void> {
    const { redis, runtime } = this.#composition;
    if (redis === undefined || !runtime.policy.enabled) return;
    // Nobody waits for it, and the next one is as good.
    await redis.board.post(this.#boardName, this.#summary()).catch(() => {});
  }

  /** So that nobody takes it for silent. */
  async leave(): Promise<void> {
    const { redis, runtime } = this.#composition;
    if (redis === undefined || !runtime.policy.enabled) return;
    // Then it is taken down after a while.
    await redis.board.leave(this.#boardName).catch(() => {});
  }

  /** This one first, then the others by their names. `dateOf`: of an instant of the clock. */
  async instances(dateOf: (instant: number) => number): Promise<readonly Instance[]> {
    const { redis, runtime } = this.#composition;
    const self = this.#self();
    if (redis === undefined || !runtime.policy.enabled) return [self];
    await (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
    return [self, ...this.#known(dateOf)];
  }

  async #ask(): Promise<void> {
    const { redis, runtime } = this.#composition;
    if (redis === undefined || runtime.clock.now() - this.#askedAt < freshMs) return;
    try {
      // To raise no fence is to be told who is enrolled, and no more.
      const [roll, posted] = await Promise.all([redis.coordinator.fence([]), redis.board.read()]);
      this.#askedAt = runtime.clock.now();
      this.#others = { roll, posted };
    } catch {
      // That Redis does not answer is seen by the breaker and the lease.
    }
  }

  #known(dateOf: (instant: number) => number): Instance[] {
    if (this.#others === undefined) return [];
    const { lives } = this.#composition;
    const { roll, posted } = this.#others;
    const elapsedMs = this.#composition.runtime.clock.now() - this.#askedAt;
    const members = new Map(roll.members.filter(({ id }) => !lives.has(id)).map((member) => [member.id, member]));
    const described = posted
      .filter(({ name }) => name !== this.#boardName)
      .map(({ summary, ageMs }): Instance => {
        const { member: id, inStep, leaseMs, ...statistics } = summary;
        const member = members.get(id);
        members.delete(id);
        const isSilent = ageMs + elapsedMs > silentMs;
        return {
          name: lives.processOf(id),
          self: false,
          position: member?.applied ?? null,
          state: isSilent ? 'silent' : inStep && member !== undefined ? 'in step' : 'out of step',
          leaseMs,
          seenAt: dateOf(this.#askedAt - ageMs),
          statistics,
        };
      });
    const undescribed = [...members.values()].map(({ id, applied }): Instance => ({
      name: lives.processOf(id),
      self: false,
      position: applied,
      state: applied < roll.position || elapsedMs > silentMs ? 'silent' : 'in step',
      leaseMs: null,
    }));
    return [...described, ...undescribed].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  #self(): Instance {
    const { lives, runtime } = this.#composition;
    const { inStep, leaseMs, member: _, ...statistics } = this.#summary();
    const { position } = runtime.replica.stamp;
    const state = inStep ? 'in step' : 'out of step';
    return { name: lives.process, self: true, position: inStep ? position : null, state, leaseMs, statistics };
  }

  #summary(): Summary {
    const { lives, runtime } = this.#composition;
    const { replica, clock, memory, insight } = runtime;
    const leaseMs = Math.max(0, replica.inStepUntil - clock.now());
    let hits = 0;
    let misses = 0;
    for (const counts of insight.counts.methods) {
      hits += counts.hits + counts.sharedHits;
      misses += sumOf(counts.misses);
    }
    return {
      member: lives.present,
      inStep: replica.inStep,
      leaseMs: Number.isFinite(leaseMs) ? Math.round(leaseMs) : null,
      hits,
      misses,
      bytes: memory.bytes,
      entries: memory.size,
    };
  }
}
