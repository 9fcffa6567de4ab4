// @ts-check
import { el } from './element.js';
/** @import { Trace } from './model.js' */

const meaning = {
  hit: 'answered from the cache',
  miss: 'asked the database',
  bypass: 'went past the cache',
};

/**
 * What the cache had to do with one answer: `hit 2.1 ms`.
 * @param {Trace} trace
 */
export function badge({ cache, ms, method, path }) {
  const kind = cache === 'hit' || cache === 'miss' || cache === 'bypass' ? cache : undefined;
  return el(
    'span',
    { class: `badge ${kind ?? ''}`, title: `${method} ${shortened(path)}${kind ? ` ${meaning[kind]}` : ''}` },
    el('b', {}, kind ?? 'unknown'),
    ` ${inMs(ms)}`,
  );
}

/** @param {number} ms */
export const inMs = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** A path that fits into a line: ids lose all but their beginning, a query all but its question mark. @param {string} path */
export const shortened = (path) =>
  `/${path.replace(/([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f-]{27}/g, '$1…').replace(/\?.*/, '?…')}`;
