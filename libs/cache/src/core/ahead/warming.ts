import type { Clock } from '../../coherence/clock.js';
import type { Replica } from '../../coherence/replica.js';
import { Ahead } from './ahead.js';
import type { Tell } from '../events.js';
import type { Frames } from '../frame.js';
import { abortOf, pause } from './pause.js';
import type { Reader } from '../reader.js';
import type { WarmCall, WarmWork } from './warm-work.js';
import type { WarmingReport } from './warming-report.js';

export interface WarmingParts {
  readonly clock: Clock;
  readonly replica: Replica;
  readonly reader: Reader;
  readonly frames: Frames;
  readonly tell: Tell;
}

type State = WarmingReport['state'];
type Begun = Pick<WarmingReport, 'total' | 'done' | 'loaded' | 'failed'>;

const fresh: Begun = { total: null, done: 0, loaded: 0, failed: 0 };
const stepMs = 50;

/**
 * One run through the calls of a warming, with its progress. Each goes the way of any read, and only if there is no answer yet:
 * so what it does can be done twice, and be left at any point.
 *
 * (I30) What is loaded ahead of its readers is kept as any load is, under a stamp of before it.
 */
export class Warming {
  readonly #parts: WarmingParts;
  readonly #work: WarmWork;
  #report: WarmingReport;

  constructor(parts: WarmingParts, work: WarmWork) {
    this.#parts = parts;
    this.#work = work;
    this.#report = { name: work.name, state: 'waiting', ...fresh, startedAt: null, endedAt: null };
  }

  get name(): string {
    return this.#work.name;
  }

  get report(): WarmingReport {
    return this.#report;
  }

  get isUnderWay(): boolean {
    const { startedAt, endedAt } = this.#report;
    return startedAt !== null && endedAt === null;
  }

  begin(): void {
    this.#report = { ...this.#report, ...fresh, startedAt: this.#parts.clock.now(), endedAt: null };
    this.#become('waiting');
  }

  wait(state: 'waiting' | 'elsewhere'): void {
    if (this.#report.state !== state) this.#become(state);
  }

  end(state: 'done' | 'stopped' | 'failed'): void {
    this.#report = { ...this.#report, endedAt: this.#parts.clock.now() };
    this.#become(state);
  }

  /** Until this process knows what others write, there is nothing that could be kept. */
  async inStep(signal: AbortSignal): Promise<void> {
    const { clock, replica, reader } = this.#parts;
    while (!(replica.inStep && reader.answers) && !signal.aborted) await pause(clock, stepMs, signal);
  }

  /** From the beginning: what has been done already is found done. Left at once when the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    this.#report = { ...this.#report, ...fresh };
    this.#become('running');
    await Promise.race([this.#run(signal), abortOf(signal)]);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { frames } = this.#parts;
    const { total, each } = await frames.apart({ surroundings: this.#surroundings }, () => this.#work.calls());
    this.#report = { ...this.#report, total };
    let batch: WarmCall[] = [];
    for await (const call of each) {
      if (signal.aborted) return;
      batch.push(call);
      if (batch.length < this.#work.batch) continue;
      await this.#makeAll(batch, signal);
      batch = [];
    }
    await this.#makeAll(batch, signal);
  }

  /** And then a pause, so that the source has the rest of the time to itself. */
  async #makeAll(batch: readonly WarmCall[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const { concurrency, share } = this.#work;
    const began = clock.now();
    const calls = batch.values();
    let loadingMs = 0;
    const makeInTurn = async () => {
      for (const call of calls) {
        await this.inStep(signal);
        if (signal.aborted) return;
        loadingMs += await this.#make(call, signal);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, makeInTurn));
    if (signal.aborted) return;
    this.#become('running');
    await pause(clock, Math.min(loadingMs, clock.now() - began) * (1 / share - 1), signal);
  }

  /** Gives for how long it was loading. */
  async #make(call: WarmCall, signal: AbortSignal): Promise<number> {
    const { clock, frames, reader } = this.#parts;
    const ahead = new Ahead('warming');
    const surroundings = this.#surroundings;
    const began = clock.now();
    let failure: { readonly error: unknown } | undefined;
    try {
      await frames.apart({ surroundings, ahead }, async () => {
        const key = call.key?.();
        if (key === undefined || !reader.holds(key)) await call.make();
      });
    } catch (error) {
      failure = { error };
    }
    // It was not waited for.
    if (!signal.aborted) this.#count(ahead, failure);
    return ahead.loads > 0 ? clock.now() - began : 0;
  }

  #count({ loads }: Ahead, failure: { readonly error: unknown } | undefined): void {
    const { done, loaded, failed } = this.#report;
    const isLoaded = failure === undefined && loads > 0;
    this.#report = {
      ...this.#report,
      done: done + 1,
      loaded: loaded + (isLoaded ? 1 : 0),
      failed: failed + (failure === undefined ? 0 : 1),
    };
    // The others will have failed for the same reason.
    if (failure !== undefined && failed === 0)
      this.#parts.tell({ kind: 'unprepared', name: this.name, by: 'warming', error: failure.error });
  }

  get #surroundings() {
    const { within } = this.#work;
    return within && ((name: string) => (Object.hasOwn(within, name) ? within[name] : undefined));
  }

  #become(state: State): void {
    this.#report = { ...this.#report, state };
    this.#parts.tell({ kind: 'warming', ...this.#report });
  }
}
