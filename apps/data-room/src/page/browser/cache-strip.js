// @ts-check
import { badge, inMs, shortened } from './badge.js';
import { el, icon } from './element.js';
/** @import { Trace } from './model.js' */

const remembered = 30;
const inBrief = 6;

/** What the cache had to do with the last answers, and how many reads it has spared the database since the page was loaded. */
export class CacheStrip {
  /** The last one first. @type {Trace[]} */
  #traces = [];
  #hits = 0;
  #reads = 0;
  #rate = el('span', { class: 'rate' });
  #last = el('span', { class: 'last', 'aria-hidden': 'true' });
  #rows = el('tbody');

  /** @param {HTMLElement} element the footer */
  constructor(element) {
    const head = ['Request', 'Status', 'Cache', 'Time'].map((title) => el('th', { scope: 'col' }, title));
    const table = el(
      'table',
      {},
      el('caption', {}, 'The last answers, the latest first'),
      el('thead', {}, el('tr', {}, ...head)),
      this.#rows,
    );
    element.append(
      el(
        'details',
        {},
        el('summary', {}, icon('chevron'), this.#rate, this.#last),
        el('div', { class: 'answers', tabindex: '0', role: 'region', 'aria-label': 'The last answers' }, table),
      ),
    );
    this.#paint();
  }

  /** @param {Trace} trace */
  add(trace) {
    this.#traces = [trace, ...this.#traces].slice(0, remembered);
    if (trace.cache === 'hit' || trace.cache === 'miss') this.#reads++;
    if (trace.cache === 'hit') this.#hits++;
    this.#paint();
  }

  #paint() {
    const share = this.#reads === 0 ? '–' : `${Math.round((100 * this.#hits) / this.#reads)} %`;
    this.#rate.replaceChildren(
      'Cache hit rate ',
      el('b', {}, share),
      el('span', { class: 'reads' }, ` of ${this.#reads} reads`),
    );
    this.#last.replaceChildren(...this.#traces.slice(0, inBrief).map(brief));
    this.#rows.replaceChildren(...this.#traces.map(row));
  }
}

/** With the last word of the path, which tells what was asked for. @param {Trace} trace */
function brief(trace) {
  const [, word = ''] = /([a-z-]+)(?:\/[0-9a-f-]{36})?(?:\?.*)?$/.exec(trace.path) ?? [];
  const element = badge(trace);
  element.prepend(el('span', { class: 'word' }, `${word} `));
  return element;
}

/** @param {Trace} trace */
function row({ method, path, status, cache, ms }) {
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, `${method} ${shortened(path)}`),
    el('td', {}, String(status)),
    el('td', { class: `badge ${cache}` }, el('b', {}, cache || 'unknown')),
    el('td', {}, inMs(ms)),
  );
}
