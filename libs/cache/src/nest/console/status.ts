import { randomUUID } from 'node:crypto';
import type { Advice } from '../../core/insight/advice.js';
import type { Told } from '../../core/insight/history.js';
import { Pulse, type Point } from '../../core/insight/pulse.js';
import type { CacheStatistics } from '../../core/insight/statistics.js';
import type { WarmingReport } from '../../core/ahead/warming-report.js';
import type { Composition } from '../composition.js';
import { Calendar } from './calendar.js';
import { configurationLine, type ConfigurationLine } from './configuration.js';
import { differenceLine, warmingLine, type DifferenceLine } from './findings.js';
import { Fleet, type Instance } from './fleet.js';
import { transactionLine, type TransactionLine } from './transactions.js';

/** How the cache stands, as `GET /cache/status` tells it. */
export interface CacheStatus {
  readonly instance: string;
  readonly at: number;
  readonly uptimeMs: number;
  readonly configuration: ConfigurationLine;
  readonly statistics: Omit<CacheStatistics, 'leaseMs'> & { readonly leaseMs: number | null };
  readonly instances: readonly Instance[];
  readonly breaker: { readonly open: boolean; readonly openings: number };
  readonly transactions: readonly TransactionLine[];
  readonly warmings: readonly WarmingReport[];
  readonly differences: readonly DifferenceLine[];
  readonly advice: readonly Advice[];
}

export interface CachePulse {
  readonly everyMs: number;
  readonly points: readonly Point[];
}

/** What the console tells of the cache around it. Runs only while an application with a console does. */
export class Status {
  readonly #composition: Composition;
  readonly #calendar: Calendar;
  readonly #fleet: Fleet;
  readonly #pulse: Pulse;

  constructor(composition: Composition) {
    const { clock } = composition.runtime;
    this.#composition = composition;
    this.#calendar = new Calendar(clock);
    this.#fleet = new Fleet(composition, randomUUID());
    this.#pulse = new Pulse(composition.runtime);
  }

  /** `beat`: called with each point of the pulse. */
  start(beat: (point: Point) => void): void {
    this.#pulse.start((point) => {
      void this.#fleet.post();
      beat(this.#dated(point));
    });
  }

  async stop(): Promise<void> {
    this.#pulse.stop();
    await this.#fleet.leave();
  }

  readonly dateOf = (instant: number): number => this.#calendar.dateOf(instant);

  get pulse(): CachePulse {
    return { everyMs: this.#pulse.everyMs, points: this.#pulse.points.map((point) => this.#dated(point)) };
  }

  /** On the clock of the cache. */
  get instant(): number {
    return this.#composition.runtime.clock.now();
  }

  /** Transactions whose outcome has become known after that instant; the newest first. */
  settledSince(instant: number): TransactionLine[] {
    return this.#transactions(({ settledAt }) => settledAt !== undefined && settledAt > instant);
  }

  get warmings(): readonly WarmingReport[] {
    return this.#composition.runtime.insight.warmings.map((report) => warmingLine(report, this.dateOf));
  }

  async now(): Promise<CacheStatus> {
    const { runtime, settings, lives } = this.#composition;
    const instances = await this.#fleet.instances(this.dateOf);
    const { leaseMs, ...statistics } = runtime.cache.statistics();
    return {
      instance: lives.process,
      at: this.#calendar.now,
      uptimeMs: statistics.uptimeMs,
      configuration: configurationLine(settings),
      statistics: { ...statistics, leaseMs: Number.isFinite(leaseMs) ? leaseMs : null },
      instances,
      breaker: { open: statistics.breakerOpen, openings: statistics.breakerOpenings },
      transactions: this.#transactions(() => true),
      warmings: this.warmings,
      differences: runtime.insight.differences.map((found) => differenceLine(found, this.dateOf)),
      advice: runtime.insight.advice,
    };
  }

  #transactions(wanted: (told: Told) => boolean): TransactionLine[] {
    const { lives, runtime } = this.#composition;
    const told = runtime.insight.history.told.filter(wanted);
    return told.map((one) => transactionLine(one, { lives, dateOf: this.dateOf }));
  }

  #dated(point: Point): Point {
    return { ...point, at: this.dateOf(point.at) };
  }
}
