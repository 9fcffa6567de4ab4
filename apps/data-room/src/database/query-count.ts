import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'typeorm';

/** The queries made while one request is served. */
export interface QueryCount {
  queries: number;
}

const requests = new AsyncLocalStorage<QueryCount>();

/** Runs `work` and counts into `count` what it, and everything it starts, asks of the database. */
export const countQueries = <T>(count: QueryCount, work: () => T): T => requests.run(count, work);

/** TypeORM tells its logger of every query of every path, raw SQL and transactions included. */
export class QueryCounter implements Logger {
  logQuery(): void {
    const request = requests.getStore();
    if (request) request.queries++;
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
