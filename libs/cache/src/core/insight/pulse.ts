import type { Clock } from '../../coherence/clock.js';
import type { MethodCounts } from './counts.js';
import type { Insight } from './insight.js';
import type { MemoryStore } from '../memory/memory-store.js';

/** What happened between one beat and the next, and how much was in memory then. */
export interface Point {
  readonly at: number;
  readonly reads: number;
  readonly hits: number;
  readonly sharedHits: number;
  readonly joined: number;
  readonly misses: number;
  readonly loads: number;
  readonly loadMs: number;
  readonly invalidations: number;
  readonly commits: number;
  readonly commitWaitMs: number;
  readonly bytes: number;
  readonly entries: number;
  /** Of those that were read or loaded: reads, hits of both tiers, loads, and how long these took. */
  readonly methods: Readonly<Record<string, readonly [reads: number, hits: number, loads: number, loadMs: number]>>;
}

type Reading = Readonly<Record<'hits' | 'sharedHits' | 'joined' | 'misses' | 'loads' | 'loadMs', number>>;
type Totals = Readonly<Record<'invalidations' | 'commits' | 'commitWaitMs', number>>;

const everyMs = 2_000;
/** Ten minutes. */
const mostPoints = 300;
const nothingYet: Reading = Object.freeze({ hits: 0, sharedHits: 0, joined: 0, misses: 0, loads: 0, loadMs: 0 });

interface PulseParts {
  readonly clock: Clock;
  readonly insight: Insight;
  readonly memory: MemoryStore;
}

/** Reads the counters every now and then, so that somebody who comes later sees the last minutes. Runs only where it is started. */
export class Pulse {
  readonly everyMs = everyMs;
  readonly #parts: PulseParts;
  readonly #points: Point[] = [];
  #last = new Map<string, Reading>();
  #totals: Totals;
  #cancel: (() => void) | undefined;

  constructor(parts: PulseParts) {
    this.#parts = parts;
    this.#totals = this.#totalsNow();
  }

  /** `beat`: called with each point. */
  start(beat: (point: Point) => void = () => {}): void {
    this.#cancel?.();
    // What was counted before is of no moment in particular.
    this.#measure();
    const next = () => {
      this.#cancel = this.#parts.clock.after(everyMs, () => {
        next();
        const point = this.#measure();
        this.#points.push(point);
        if (this.#points.length > mostPoints) this.#points.shift();
        beat(point);
      });
    };
    next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The oldest first. */
  get points(): readonly Point[] {
    return this.#points;
  }

  #measure(): Point {
    const { clock, insight, memory } = this.#parts;
    const readings = new Map<string, Reading>();
    const methods: Record<string, readonly [number, number, number, number]> = Object.create(null) as typeof methods;
    let sum = nothingYet;
    for (const counts of insight.counts.methods) {
      const reading = readingOf(counts);
      readings.set(counts.name, reading);
      const gain = difference(reading, this.#last.get(counts.name) ?? nothingYet);
      const reads = readsIn(gain);
      if (reads === 0 && gain.loads === 0) continue;
      methods[counts.name] = [reads, gain.hits + gain.sharedHits, gain.loads, gain.loadMs];
      sum = added(sum, gain);
    }
    const totals = this.#totalsNow();
    const { invalidations, commits, commitWaitMs } = difference(totals, this.#totals);
    this.#last = readings;
    this.#totals = totals;
    const { bytes, size: entries } = memory;
    const now = { at: clock.now(), reads: readsIn(sum), bytes, entries };
    return { ...now, ...sum, invalidations, commits, commitWaitMs, methods };
  }

  #totalsNow(): Totals {
    const { invalidations, committed: commits, commitWaits } = this.#parts.insight.counts;
    return { invalidations, commits, commitWaitMs: commitWaits.counted.sumMs };
  }
}

function readingOf({ hits, sharedHits, joined, misses, loads }: MethodCounts): Reading {
  const { count, sumMs } = loads.counted;
  return { hits, sharedHits, joined, misses: sumOf(misses), loads: count, loadMs: sumMs };
}

/** How many reads did not find what they were after. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function readsIn({ hits, sharedHits, joined, misses }: Reading): number {
  return hits + sharedHits + joined + misses;
}

function added(one: Reading, other: Reading): Reading {
  return combined(one, other, (mine, theirs) => mine + theirs);
}

function difference<R extends Readonly<Record<string, number>>>(now: R, before: R): R {
  return combined(now, before, (mine, theirs) => mine - theirs);
}

function combined<R extends Readonly<Record<string, number>>>(
  one: R,
  other: R,
  combine: (mine: number, theirs: number) => number,
): R {
  return Object.fromEntries(Object.keys(one).map((name) => [name, combine(one[name]!, other[name]!)])) as R;
}
