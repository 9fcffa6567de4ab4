import type { Message } from '../../coherence/change-list.js';
import type { Clock } from '../../coherence/clock.js';
import type { Onlooker } from '../../coherence/onlooker.js';
import { isNamed } from '../../coherence/tag.js';
import { Advisor, type Advice } from './advice.js';
import { Counts, type MethodCounts } from './counts.js';
import type { Difference } from './difference.js';
import type { Entry } from '../entry.js';
import type { Events } from '../events.js';
import { History } from './history.js';
import { Listeners, type Outlet } from './listeners.js';
import { Traces, type Miss } from './traces.js';
import type { WarmingReport } from '../ahead/warming-report.js';

/** An answer that was not what its source gives, with all that is known of it. */
export interface FoundDifference extends Difference, Pick<Entry, 'loadedAt' | 'by' | 'tags'> {
  readonly key: string;
  /** The method. */
  readonly name: string;
  readonly at: number;
}

const mostDifferences = 50;
const mostTags = 20;

interface Warms {
  readonly reports: readonly WarmingReport[];
}

/** What can be seen of one cache: what it counts, what it remembers of keys and transactions, who listens. */
export class Insight implements Onlooker {
  readonly counts = new Counts();
  readonly traces = new Traces();
  readonly history: History;
  readonly listeners: Listeners;
  readonly advisor: Advisor;
  readonly madeAt: number;
  readonly #differences: FoundDifference[] = [];
  readonly #clock: Clock;
  #warmer: Warms = { reports: [] };

  constructor(clock: Clock, events: Events, outlet: Outlet) {
    this.#clock = clock;
    this.madeAt = clock.now();
    this.advisor = new Advisor(clock);
    this.history = new History(clock);
    this.listeners = new Listeners(clock, events.tell, outlet);
    events.on('fault', () => this.counts.faults++);
    events.on('trust', ({ inStep }) => (this.counts.lapses += inStep ? 0 : 1));
    events.on('breaker', ({ open }) => {
      this.counts.breakerOpen = open;
      this.counts.breakerOpenings += open ? 1 : 0;
    });
  }

  /** A read goes to its source. `key`: where it is known. */
  unanswered(counts: MethodCounts, key: string | undefined, { reason, objection }: Omit<Miss, 'at'>): void {
    counts.misses[reason]++;
    if (key !== undefined) this.traces.missed(key, { reason, objection, at: this.#clock.now() });
  }

  /** There is nothing under the key any more, or nothing came to be there. */
  gone(key: string, { reason, objection }: Omit<Miss, 'at'>): void {
    this.traces.gone(key, { reason, objection, at: this.#clock.now() });
  }

  readonly left = (key: string, reason: 'evicted' | 'expired'): void => {
    if (reason === 'evicted') this.counts.evictions++;
    else this.counts.expirations++;
    this.gone(key, { reason });
  };

  /** Who fills the cache before anybody asks. */
  show(warmer: Warms): void {
    this.#warmer = warmer;
  }

  get warmings(): readonly WarmingReport[] {
    return this.#warmer.reports;
  }

  heard(message: Message): void {
    if (message.kind === 'settle') {
      this.counts.invalidations += message.changed.filter(isNamed).length;
      this.advisor.changed(message.changed);
    }
    this.history.heard(message);
    this.listeners.heard(message);
  }

  differed(counts: MethodCounts, found: FoundDifference): void {
    counts.differences++;
    this.#differences.unshift({ ...found, tags: found.tags.slice(0, mostTags) });
    this.#differences.splice(mostDifferences);
  }

  /** The last that audits have found, the newest first. */
  get differences(): readonly FoundDifference[] {
    return this.#differences;
  }

  get advice(): readonly Advice[] {
    return this.advisor.advice;
  }

  missed(): void {
    this.listeners.missed();
  }
}
