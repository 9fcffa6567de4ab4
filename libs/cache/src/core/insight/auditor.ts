import type { Clock } from '../../coherence/clock.js';
import type { Replica } from '../../coherence/replica.js';
import type { Classes } from '../classes.js';
import type { MethodCounts } from './counts.js';
import { differenceBetween, type Difference } from './difference.js';
import { tagOfKey, type Entry } from '../entry.js';
import { CacheError } from '../errors.js';
import type { Tell } from '../events.js';
import type { Frames } from '../frame.js';
import type { Insight } from './insight.js';
import { Load } from '../load.js';
import type { MemoryStore } from '../memory/memory-store.js';
import type { Policy } from '../policy.js';
import type { Read } from '../read.js';
import type { Transactions } from '../transactions.js';

/** From 0 up to 1, and never 1 itself. */
export type Chance = () => number;

/** With it an audit follows the one before as soon as it does on the average. */
export const evenly: Chance = () => 1 - 1 / Math.E;

export interface AuditorParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly frames: Frames;
  readonly transactions: Transactions;
  readonly insight: Insight;
  readonly classes: Pick<Classes, 'craftOf'>;
  readonly chance: Chance;
  readonly tell: Tell;
}

/** A call that is about to be answered, and can be made again. */
interface Call extends Read<unknown> {
  readonly args: unknown[];
}

/** The same call with these arguments; undefined: it cannot be made. */
type Repeat = (args: unknown[]) => Read<unknown> | undefined;

interface Compared {
  readonly fresh: unknown;
  readonly difference: Difference | undefined;
}

/** Beside what is asked of the source anyway. */
const mostLoads = 2;
const mostKeys = 20;

function isChangeable(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

/** Whoever writes first and names the tags afterwards has been given the time for it. */
const doubtMs = 2_000;
const turnMs = 25;
/** Whatever closes waits no longer than this for what the source has been asked. */
const farewellMs = 1_000;

/**
 * Compares a part of the hits with what the source gives, behind the answer.
 *
 * (I32) An audit accuses no entry that an uncached read could have given: its claim still stands when the source has been read,
 * and the source says the same twice.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  readonly #keys = new Set<string>();
  readonly #loads = new Set<Promise<unknown>>();
  #closed = false;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** From now on hits that are counted here are audited. */
  enlist(counts: MethodCounts): void {
    if (this.#parts.policy.auditRate > 0 && counts.auditAt === Infinity) this.#draw(counts, counts.hits);
  }

  /** For a call that is due, before it is answered. What it was given may change afterwards: only copies of that are used. */
  consider(call: Call, repeat: Repeat): void {
    const { key, counts } = call;
    const entry = this.#parts.memory.look(key);
    if (entry === undefined || !this.#stands(key, entry)) return;
    this.#draw(counts, counts.hits + 1);
    if (this.#loads.size >= mostLoads || this.#keys.size >= mostKeys || this.#keys.has(key)) return;
    const reads = this.#repeated(call, repeat);
    if (reads === undefined) return;
    this.#keys.add(key);
    this.#parts.clock.after(0, () => void this.#audit(entry, reads).finally(() => this.#keys.delete(key)));
  }

  /** The source is asked nothing from now on: it may be about to go. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#loads.size > 0) await Promise.race([Promise.allSettled(this.#loads), this.#pause(farewellMs)]);
  }

  #draw(counts: MethodCounts, from: number): void {
    const { policy, chance } = this.#parts;
    counts.auditAt = from + Math.floor(Math.log(1 - chance()) / Math.log(1 - policy.auditRate));
  }

  /** Twice. An argument that cannot be copied, a connection perhaps, is its caller's, who is not waited for. */
  #repeated(call: Call, repeat: Repeat): readonly [Read<unknown>, Read<unknown>] | undefined {
    const { key, args } = call;
    if (!args.some(isChangeable)) return [call, call];
    try {
      const copies = this.#parts.memory.keeper.keep(args, 'clone');
      const [first, second] = [repeat(copies.give()), repeat(copies.give())];
      return first?.key === key && second?.key === key ? [first, second] : undefined;
    } catch {
      // Uncopyable: it is not audited, and nothing is wrong with it.
      return undefined;
    }
  }

  /** Is it what others would be answered with, and has nothing changed that it depends on? */
  #stands(key: string, entry: Entry): boolean {
    const { replica, memory, clock } = this.#parts;
    return memory.look(key) === entry && entry.expiresAt > clock.now() && replica.vouchesFor(entry.claim);
  }

  async #audit(entry: Entry, [first, second]: readonly [Read<unknown>, Read<unknown>]): Promise<void> {
    const { classes, insight } = this.#parts;
    try {
      const found = await this.#compare(first, entry);
      if (found === undefined) return;
      first.counts.audits++;
      if (found.difference === undefined) return;
      await this.#pause(doubtMs);
      while (this.#loads.size >= mostLoads) await this.#pause(turnMs);
      const again = await this.#compare(second, entry);
      if (again?.difference === undefined) return;
      if (differenceBetween(found.fresh, again.fresh, classes) === undefined)
        await this.#accuse(first, entry, again.difference);
      else insight.advisor.differs(first.name);
    } catch {
      // A load that fails says nothing of the entry, and neither does a class that cannot be copied any more.
    }
  }

  /** Undefined: nothing can be said. */
  async #compare(read: Read<unknown>, entry: Entry): Promise<Compared | undefined> {
    const { memory, frames, classes, clock, policy } = this.#parts;
    if (this.#closed || this.#loads.size >= mostLoads || !this.#stands(read.key, entry)) return undefined;
    const load = new Load(read.key, undefined);
    const loading = frames.afresh(load, () => read.load());
    this.#loads.add(loading);
    let cancel!: () => void;
    // A source that never answers must not keep the place of those that do.
    const late = new Promise<undefined>((resolve) => (cancel = clock.after(policy.shareMs, () => resolve(undefined))));
    try {
      const loaded = await Promise.race([loading.then((value) => ({ value })), late]);
      // Whatever it saw of an open transaction nobody else may see yet. (I13)
      if (loaded === undefined || load.tainted || !this.#stands(read.key, entry)) return undefined;
      // As a copy with a copy: what a copy leaves out is no difference.
      const fresh = memory.keeper.keep(loaded.value, read.copy).give();
      return { fresh, difference: differenceBetween(entry.kept.give(), fresh, classes) };
    } finally {
      cancel();
      this.#loads.delete(loading);
      load.end();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve));
  }

  /** Nobody is given it again, here or elsewhere; and what was made with its help is gone with it. */
  async #accuse({ key, name, counts }: Read<unknown>, entry: Entry, difference: Difference): Promise<void> {
    const { clock, insight, transactions, tell } = this.#parts;
    const { loadedAt, by, tags } = entry;
    insight.differed(counts, { key, name, at: clock.now(), loadedAt, by, tags, ...difference });
    const what = `${name} was answered from memory with what its source does not give, at ${difference.path}`;
    const advice =
      'Something changes it that no tag of its entry names; or let it be with @Cached({ audit: false }), if that is known.';
    tell({ kind: 'difference', name, error: new CacheError('CACHE_ANSWER_DIFFERS', `${what}. ${advice}`) });
    try {
      await transactions.change([tagOfKey(key)]);
    } catch (error) {
      tell({ kind: 'fault', during: `invalidating what ${name} was answered with`, error });
    }
  }
}
