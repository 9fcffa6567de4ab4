import type { Condemned, Explanation, Reason } from '../../core/insight/explain.js';
import { storyOf } from '../../core/insight/story.js';
import { entryLine, type EntryLine } from './entries.js';
import { differenceLine, type DifferenceLine } from './findings.js';
import { transactionLine, type Telling, type TransactionLine } from './transactions.js';

/** What is known of a key, as `GET /cache/explain` tells it. */
export interface ExplanationTold {
  readonly key: string;
  readonly name: string;
  readonly sentences: readonly string[];
  readonly entry: (Omit<EntryLine, 'key' | 'name'> & Watching) | null;
  readonly condemned: (Pick<Condemned, 'how'> & Doing & { readonly position: number | null }) | null;
  readonly lastMiss: (Pick<Reason, 'reason' | 'at'> & Doing) | null;
  readonly gone: Pick<Reason, 'reason' | 'at'> | null;
  readonly shared: Explanation['shared'];
  readonly differences: readonly DifferenceLine[];
}

interface Watching {
  /** All names under which a change can reach it. */
  readonly watched: readonly string[];
  readonly stamp: { readonly epoch: string; readonly position: number };
}

interface Doing {
  readonly tag: string | null;
  readonly transaction: TransactionLine | null;
}

export function explanationTold(explained: Explanation, telling: Telling): ExplanationTold {
  const { key, name, found, condemned, lastMiss, gone, shared } = explained;
  const { lives, dateOf } = telling;
  const doing = ({ tag, transaction }: Pick<Reason, 'tag' | 'transaction'>): Doing => ({
    tag: tag ?? null,
    transaction: transaction === undefined ? null : transactionLine(transaction, telling),
  });
  const names = {
    self: lives.process,
    processOf: (owner: string) => lives.processOf(owner),
    when: (instant: number) => inWords(dateOf(instant), dateOf(explained.at)),
  };
  return {
    key,
    name,
    sentences: storyOf(explained, names),
    entry: found === undefined ? null : entryTold(found, dateOf),
    condemned:
      condemned === undefined
        ? null
        : { how: condemned.how, position: condemned.position ?? null, ...doing(condemned) },
    lastMiss: lastMiss === undefined ? null : { reason: lastMiss.reason, at: dateOf(lastMiss.at), ...doing(lastMiss) },
    gone: gone === undefined ? null : { reason: gone.reason, at: dateOf(gone.at) },
    shared,
    differences: explained.differences.map((one) => differenceLine(one, dateOf)),
  };
}

function entryTold(found: NonNullable<Explanation['found']>, dateOf: Telling['dateOf']): ExplanationTold['entry'] {
  const { key: _key, name: _name, ...line } = entryLine(found, dateOf);
  const { watched, stamp } = found.entry.claim;
  return { ...line, watched, stamp };
}

/** `14:03:11 UTC`, whoever reads it and wherever; with its day if that is another. */
function inWords(date: number, now: number): string {
  const [day, time] = new Date(date).toISOString().split('T') as [string, string];
  const isToday = new Date(now).toISOString().startsWith(day);
  return `${isToday ? '' : `${day} `}${time.slice(0, 8)} UTC`;
}
