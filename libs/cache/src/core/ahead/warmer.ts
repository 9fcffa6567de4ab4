import { underLock } from '../locks/lock.js';
import type { Locks } from '../locks/locks.js';
import { pause } from './pause.js';
import type { Policy } from '../policy.js';
import type { WarmWork } from './warm-work.js';
import { Warming, type WarmingParts } from './warming.js';
import type { WarmingReport } from './warming-report.js';

export interface WarmerParts extends WarmingParts {
  readonly policy: Policy;
  readonly locks: Locks;
}

/** When a warming is done by itself. */
export interface WarmTimes {
  readonly atStart: boolean;
  /** Undefined: it is not repeated. */
  readonly everyMs: number | undefined;
}

interface Planned extends WarmTimes {
  readonly warming: Warming;
}

/** How long others wait when a process has died over a warming, and how often they look. */
const lockMs = 5_000;
const retryMs = 1_000;
/** Of those that were asked for by the way. */
const mostKept = 100;

/**
 * Fills the cache before anybody asks: one warming at a time in this process, and of one name one at a time among all processes.
 * Whoever comes next finds in Redis what was warmed, and loads the rest, if any is left.
 */
export class Warmer {
  readonly #parts: WarmerParts;
  readonly #planned = new Map<string, Planned>();
  readonly #asked = new Set<Warming>();
  readonly #end = new AbortController();
  readonly #cancels = new Map<Warming, () => void>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: WarmerParts) {
    this.#parts = parts;
  }

  /** How each stands: those that are planned, and those that were asked for. */
  get reports(): readonly WarmingReport[] {
    return [...[...this.#planned.values()].map(({ warming }) => warming), ...this.#asked].map(({ report }) => report);
  }

  /** The first of a name counts: another instance of a class has the same entries. */
  plan(work: WarmWork, times: WarmTimes): void {
    if (!this.#planned.has(work.name))
      this.#planned.set(work.name, { warming: new Warming(this.#parts, work), ...times });
  }

  /** Of what is planned, what is due at the start; and the rest when its time has come. */
  start(): void {
    for (const planned of this.#planned.values()) {
      if (planned.atStart) this.#launch(planned.warming);
      this.#schedule(planned);
    }
  }

  /** Begins what is planned under this name, or all that is; nothing is waited for. False: nothing has this name. */
  begin(name?: string): boolean {
    const planned = [...this.#planned.values()].filter(({ warming }) => name === undefined || warming.name === name);
    for (const { warming } of planned) this.#launch(warming);
    return planned.length > 0 || name === undefined;
  }

  /** Done when it is. Rejects with what kept the calls from being told. */
  async warm(work: WarmWork): Promise<WarmingReport> {
    const warming = new Warming(this.#parts, work);
    if (this.#asked.size >= mostKept) this.#forgetOne();
    this.#asked.add(warming);
    await this.#see(warming);
    return warming.report;
  }

  /** Whatever is under way is left where it is. Done when others may go on with it. */
  async stop(): Promise<void> {
    this.#end.abort();
    for (const cancel of this.#cancels.values()) cancel();
    await this.#last;
  }

  #launch(warming: Warming): void {
    if (warming.isUnderWay) return;
    const { tell } = this.#parts;
    this.#see(warming).catch((error) => tell({ kind: 'unprepared', name: warming.name, by: 'warming', error }));
  }

  #schedule(planned: Planned): void {
    const { everyMs, warming } = planned;
    if (everyMs === undefined) return;
    const next = (): void => {
      this.#launch(warming);
      this.#schedule(planned);
    };
    this.#cancels.set(warming, this.#parts.clock.after(everyMs, next));
  }

  /** Apart from whoever asks for it: within his transaction nothing could be kept, and it would wait for its end. */
  #see(warming: Warming): Promise<void> {
    warming.begin();
    return this.#parts.frames.apart({}, () => this.#seeTo(warming));
  }

  async #seeTo(warming: Warming): Promise<void> {
    const { signal } = this.#end;
    if (!this.#parts.policy.enabled) return warming.end('stopped');
    for (;;) {
      await warming.inStep(signal);
      if (signal.aborted) return warming.end('stopped');
      if (await this.#inTurn(() => this.#try(warming))) return;
      warming.wait('elsewhere');
      await pause(this.#parts.clock, retryMs, signal);
    }
  }

  /** False: somebody else is at it, or nobody can say. */
  async #try(warming: Warming): Promise<boolean> {
    const { locks, clock } = this.#parts;
    const { signal: stopped } = this.#end;
    if (stopped.aborted) return false;
    let hasBegun = false;
    try {
      const lock = { locks, clock, name: `warm:${warming.name}`, ttlMs: lockMs, waitMs: 0 };
      const isOver = await underLock(lock, async ({ signal: lost }) => {
        hasBegun = true;
        await warming.run(AbortSignal.any([lost, stopped]));
        return !lost.aborted;
      });
      if (isOver) warming.end(stopped.aborted ? 'stopped' : 'done');
      return isOver;
    } catch (error) {
      if (!hasBegun) return false;
      warming.end('failed');
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {
      // Told to whoever has asked.
    });
    return done;
  }

  #forgetOne(): void {
    for (const warming of this.#asked) if (!warming.isUnderWay) return void this.#asked.delete(warming);
  }
}
