// What audits and warmings have to tell, with the instants that people know.
import type { FoundDifference } from '../../core/insight/insight.js';
import type { WarmingReport } from '../../core/ahead/warming-report.js';

export interface DifferenceLine extends Omit<FoundDifference, 'by'> {
  /** The process that loaded what was kept; null: this one. */
  readonly by: string | null;
}

type DateOf = (instant: number) => number;

export function differenceLine(found: FoundDifference, dateOf: DateOf): DifferenceLine {
  return { ...found, at: dateOf(found.at), loadedAt: dateOf(found.loadedAt), by: found.by ?? null };
}

export function warmingLine(report: WarmingReport, dateOf: DateOf): WarmingReport {
  const { startedAt, endedAt } = report;
  return {
    ...report,
    startedAt: startedAt === null ? null : dateOf(startedAt),
    endedAt: endedAt === null ? null : dateOf(endedAt),
  };
}
