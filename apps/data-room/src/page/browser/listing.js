// @ts-check
import { badge } from './badge.js';
import { el, icon } from './element.js';
import { sentenceOf } from './refusal.js';
/** @import { Answer, Page } from './model.js' */

// The top level of a room is asked for by its tree as well: with the same words, so that one answer does for both.
export const pageSize = '100';

/**
 * A list that the API gives page by page, with the cache's part in it. Of several answers under way only the last one
 * asked for is shown.
 * @template T
 */
export class Listing {
  #options;
  #asked = 0;
  #items = el('ul', { class: 'items' });
  #state = el('div', { class: 'state' });
  #trace = el('span', { class: 'trace' });
  /** @type {string | null} */
  #nextCursor = null;

  /**
   * @param {{
   *   label: string,
   *   empty: string,
   *   load: (query: string) => Promise<Answer<Page<T>>>,
   *   row: (item: T) => HTMLElement,
   * }} options `load` gets `?limit=…&cursor=…`
   */
  constructor(options) {
    this.#options = options;
    this.#items.setAttribute('aria-label', options.label);
    const again = el(
      'button',
      { class: 'quiet square', type: 'button', 'aria-label': 'Load again', title: 'Load again' },
      icon('refresh'),
    );
    again.addEventListener('click', () => void this.refresh());
    this.element = el(
      'section',
      { class: 'listing', 'aria-label': options.label },
      el('div', { class: 'source' }, el('h2', {}, options.label), this.#trace, again),
      this.#items,
      this.#state,
    );
  }

  /** From the first page on. */
  async refresh() {
    await this.#load(null);
  }

  /**
   * Gives the focus, if it got lost with a row that was replaced, to the row of that item, or to what the view is about.
   * @param {string} [id]
   */
  focus(id = '') {
    if (document.activeElement !== document.body) return;
    const row = this.#items.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const place = row?.querySelector('summary') ?? row?.querySelector('a, button') ?? document.querySelector('h1');
    if (place instanceof HTMLElement) place.focus();
  }

  /** @param {string | null} cursor */
  async #load(cursor) {
    const turn = ++this.#asked;
    this.element.setAttribute('aria-busy', 'true');
    try {
      const query = new URLSearchParams({ limit: pageSize, ...(cursor && { cursor }) });
      const { body, trace } = await this.#options.load(`?${query}`);
      if (turn !== this.#asked) return;
      const rows = body.items.map(this.#options.row);
      if (cursor) this.#items.append(...rows);
      else this.#items.replaceChildren(...rows);
      this.#trace.replaceChildren(badge(trace));
      this.#nextCursor = body.nextCursor;
      this.#state.replaceChildren(...this.#below());
      // The button that was pressed may be gone: reading goes on with what it has brought.
      if (cursor) focusFirst(rows[0]);
    } catch (error) {
      if (turn !== this.#asked) return;
      this.#state.replaceChildren(this.#refused(sentenceOf(error), cursor));
    } finally {
      if (turn === this.#asked) this.element.removeAttribute('aria-busy');
    }
  }

  #below() {
    const cursor = this.#nextCursor;
    if (cursor) return [el('button', { type: 'button', onclick: () => this.#load(cursor) }, 'Show more')];
    return this.#items.childElementCount === 0 ? [el('p', { class: 'empty' }, this.#options.empty)] : [];
  }

  /** @param {string} sentence @param {string | null} cursor */
  #refused(sentence, cursor) {
    const again = el('button', { type: 'button', onclick: () => this.#load(cursor) }, 'Try again');
    return el('div', { class: 'refused', role: 'alert' }, el('p', {}, sentence), again);
  }
}

/** @param {HTMLElement | undefined} row */
function focusFirst(row) {
  const first = row?.querySelector('a, button, summary');
  if (first instanceof HTMLElement) first.focus();
}
