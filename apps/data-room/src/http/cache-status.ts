import type { NextFunction, Request, Response } from 'express';
import { countQueries, type QueryCount } from '../database/query-count.js';

/**
 * Tells in `X-Cache` whether the database was asked: `hit` a GET answered without a query, `miss` a GET with queries,
 * `bypass` not a GET, or the cache is off. Must come before the body parsers, so that their errors say it too.
 */
export const cacheStatus =
  (cacheEnabled: boolean) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const count: QueryCount = { queries: 0 };
    const status = () => {
      if (!cacheEnabled || request.method !== 'GET') return 'bypass';
      return count.queries === 0 ? 'hit' : 'miss';
    };

    // The last moment at which a header can be set, on every path: JSON, streams, errors.
    const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => Response;
    response.writeHead = (...head: unknown[]) => {
      response.setHeader('X-Cache', status());
      return writeHead(...head);
    };
    countQueries(count, next);
  };
