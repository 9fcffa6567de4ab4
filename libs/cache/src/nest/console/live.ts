import type { MessageEvent } from '@nestjs/common';
import {
  concatMap,
  defer,
  endWith,
  exhaustMap,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  takeUntil,
  timer,
  type Observable,
} from 'rxjs';
import type { Point } from '../../core/insight/pulse.js';
import type { Status } from './status.js';

const statusEveryMs = 2_000;
const transactionsEveryMs = 250;
/** More in a quarter of a second are known from the next status. */
const mostTransactions = 50;
const commentEveryMs = 15_000;
/** Then whoever listens asks anew, and the guards with him: a right may be gone by now. */
const longestMs = 10 * 60_000;

/** What happens, as it happens, for one who listens. `points` completes when the application ends, and so does this. */
export function live(status: Status, points: Observable<Point>): Observable<MessageEvent> {
  const statuses = timer(0, statusEveryMs).pipe(
    exhaustMap(() => status.now()),
    map((data): MessageEvent => ({ type: 'status', data })),
  );
  const transactions = defer(() => {
    let seen = status.instant;
    return interval(transactionsEveryMs).pipe(
      concatMap(() => {
        const settled = status.settledSince(seen).slice(0, mostTransactions);
        seen = status.instant;
        return from(settled.reverse());
      }),
      map((data): MessageEvent => ({ type: 'transaction', data })),
    );
  });
  const comments = interval(commentEveryMs).pipe(map(() => ({ comment: 'still here' }) as MessageEvent));
  const beats = points.pipe(map((data): MessageEvent => ({ type: 'point', data })));
  const ended = points.pipe(ignoreElements(), endWith(undefined));
  return merge(statuses, transactions, comments, beats).pipe(takeUntil(merge(ended, timer(longestMs))));
}
