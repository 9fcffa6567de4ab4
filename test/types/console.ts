// What the dashboard takes the console to answer with is what it answers with: the page has no build, so it has these types by hand.
import type { Reach } from '../../libs/cache/src/coherence/registrar.js';
import type { Point } from '../../libs/cache/src/core/insight/pulse.js';
import type { Hit } from '../../libs/cache/src/core/insight/survey.js';
import type { Targets } from '../../libs/cache/src/nest/console/asked.js';
import type { EntriesPage } from '../../libs/cache/src/nest/console/entries.js';
import type { ExplanationTold } from '../../libs/cache/src/nest/console/explanation.js';
import type { CachePulse, CacheStatus } from '../../libs/cache/src/nest/console/status.js';
import type { TransactionLine } from '../../libs/cache/src/nest/console/transactions.js';
import type * as page from '../../libs/cache/src/nest/console/page/model.js';

/** Each is given and taken as it is. */
export const understood = {
  status: (given: CacheStatus & { readonly pulse: CachePulse }): page.Status => given,
  point: (given: Point): page.Point => given,
  transaction: (given: TransactionLine): page.Transaction => given,
  entries: (given: EntriesPage): page.Entries => given,
  explain: (given: ExplanationTold): page.Explanation => given,
  dryRun: (given: Hit): page.DryRun => given,
  invalidated: (given: { readonly reach: Reach | null }): page.Invalidated => given,
  invalidate: (given: page.Target): Partial<Targets> => given,
};
