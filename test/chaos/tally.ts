/** What came of a run: reads, writes, what was stale, what failed, and how long it took; in all, and by the fault it met. */
import type { Reply } from './balancer.js';
import type { Instance } from './instance.js';
import type { Verdict } from './judge.js';
import { guestAccess } from './readings.js';
import { calm, several, type Timeline } from './timeline.js';

export class Share {
  readonly readMs: number[] = [];
  readonly writeMs: number[] = [];
  hits = 0;
  stale = 0;
  worstMs = 0;
  /** Failed, and no fault of the database or of its own process explains it. */
  failed = 0;
  excused = 0;
}

const mostSentences = 200;

export class Tally {
  readonly whole = new Share();
  readonly #shares = new Map<string, Share>();
  readonly #timeline: Timeline;
  /** About what was stale, and what failed without an excuse. */
  readonly stale: string[] = [];
  readonly failures: string[] = [];
  /** A guest was let in, or kept out, by a right that was over. */
  wrongRights = 0;
  lasting: string[] = [];
  /** Of processes that ended by themselves, and no fault of the database explains it. */
  readonly collapses: string[] = [];
  excusedCollapses = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** By the name of the fault, in the order of the alphabet; nothing and several come first and last. */
  get byFault(): readonly (readonly [string, Share])[] {
    const rank = (name: string) => (name === calm ? 0 : name === several ? 2 : 1);
    return [...this.#shares].toSorted(
      ([one], [other]) => rank(one) - rank(other) || (one.toLowerCase() < other.toLowerCase() ? -1 : 1),
    );
  }

  read({ from, to, cache }: Reply, { answer, staleMs, wrongAbout, sentence }: Verdict): void {
    const share = this.#shareOf(from, to);
    for (const one of [this.whole, share]) {
      one.readMs.push(to - from);
      if (cache === 'hit') one.hits++;
      if (staleMs === undefined) continue;
      one.stale++;
      one.worstMs = Math.max(one.worstMs, staleMs);
    }
    if (answer.what === guestAccess && wrongAbout.some((register) => register.startsWith('member:')))
      this.wrongRights++;
    if (staleMs !== undefined)
      this.#say(this.stale, `${this.#timeline.met(from, to)}, ${cache ?? 'no X-Cache'}: ${sentence}`);
  }

  wrote({ from, to }: Reply): void {
    for (const one of [this.whole, this.#shareOf(from, to)]) one.writeMs.push(to - from);
  }

  failed(what: string, { from, to, instance, status, trouble, text }: Reply): void {
    const excused = this.#timeline.excuses(from, to, instance);
    for (const one of [this.whole, this.#shareOf(from, to)]) {
      if (excused) one.excused++;
      else one.failed++;
    }
    if (excused) return;
    const reason = status === 0 ? trouble : `${status} ${text.slice(0, 200)}`;
    const took = `${(to - from).toFixed(0)} ms`;
    this.#say(
      this.failures,
      `${this.#timeline.met(from, to)}: at ${from.toFixed(0)} ${instance.name} ${what}: ${reason}, after ${took}`,
    );
  }

  /** TypeORM has moments in which nobody listens to a connection, and node ends a process whose connection breaks then. */
  collapsed(instance: Instance): void {
    for (const { at, sentence } of instance.collapses) {
      if (this.#timeline.excuses(at, at, instance)) this.excusedCollapses++;
      else this.collapses.push(sentence);
    }
  }

  #say(sentences: string[], sentence: string): void {
    if (sentences.length < mostSentences) sentences.push(sentence);
  }

  #shareOf(from: number, to: number): Share {
    const name = this.#timeline.met(from, to);
    let share = this.#shares.get(name);
    if (share === undefined) this.#shares.set(name, (share = new Share()));
    return share;
  }
}
