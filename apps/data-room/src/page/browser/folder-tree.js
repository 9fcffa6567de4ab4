// @ts-check
import { badge } from './badge.js';
import { el, icon } from './element.js';
import { pageSize } from './listing.js';
import { sentenceOf } from './refusal.js';
/** @import { Api } from './api.js' */
/** @import { Folder, Page } from './model.js' */

/**
 * @typedef {object} Branch One folder: its line and, once it has been unfolded, what lies below it.
 * @property {HTMLLIElement} element
 * @property {Level} level
 * @property {(name: string) => void} rename
 */

/**
 * @typedef {object} Level What lies right below a folder, or at the top.
 * @property {HTMLUListElement} list
 * @property {boolean} isLoaded
 * @property {number} asked so that of several answers under way the last one asked for is shown
 */

/**
 * The folders of a room as nested lists. A level is asked for when it is unfolded, and again when something in it has
 * changed; what is unfolded stays so.
 */
export class FolderTree {
  #api;
  #dataRoomId;
  #line;
  /** What the cache had to do with the level loaded last. */
  trace = el('span', { class: 'trace' });
  /** @type {string | undefined} */
  #current;
  /** @type {Map<string, Branch>} */
  #branches = new Map();
  /** @type {Level} */
  #top = { list: el('ul', { class: 'tree' }), isLoaded: false, asked: 0 };

  /**
   * @param {{ api: Api, dataRoomId: string, line: (folder: { id: string, name: string }) => HTMLElement }} options
   *   `line` makes what stands for a folder: a link, or something to choose
   */
  constructor({ api, dataRoomId, line }) {
    this.#api = api;
    this.#dataRoomId = dataRoomId;
    this.#line = line;
    this.element = el('div', { class: 'folder-tree' }, this.#top.list);
  }

  /** Loads what lies right below a folder, or at the top. Nobody sees it if the folder itself has never been seen. @param {string | null} parentId */
  async refresh(parentId) {
    const level = parentId === null ? this.#top : this.#branches.get(parentId)?.level;
    if (level && (parentId === null || level.isLoaded)) await this.#load(level, parentId);
  }

  /**
   * Unfolds the way to a folder, and asks for it anew: others may have been here.
   * @param {readonly string[]} ids from the top down, the folder itself left out
   */
  async reveal(ids) {
    await this.refresh(null);
    for (const id of ids) await this.#unfold(id);
  }

  /** Marks the folder that is open. @param {string | undefined} id */
  mark(id) {
    this.#current = id;
    for (const link of this.#top.list.querySelectorAll('[aria-current]')) link.removeAttribute('aria-current');
    const branch = id === undefined ? undefined : this.#branches.get(id);
    branch?.element.querySelector('a')?.setAttribute('aria-current', 'page');
  }

  /** @param {string} id */
  async #unfold(id) {
    const branch = this.#branches.get(id);
    if (!branch) return;
    branch.level.list.hidden = false;
    branch.element.querySelector('.fold')?.setAttribute('aria-expanded', 'true');
    await this.#load(branch.level, id);
  }

  /** @param {string} id */
  #fold(id) {
    const branch = this.#branches.get(id);
    if (!branch) return;
    branch.level.list.hidden = true;
    branch.element.querySelector('.fold')?.setAttribute('aria-expanded', 'false');
  }

  /** @param {Level} level @param {string | null} parentId */
  async #load(level, parentId) {
    const turn = ++level.asked;
    try {
      const folders = await this.#allBelow(parentId);
      if (turn !== level.asked) return;
      level.isLoaded = true;
      const lines = folders.map((folder) => this.#branchOf(folder).element);
      if (lines.length === 0) lines.push(el('li', { class: 'none' }, parentId ? 'No folders in it' : 'None yet'));
      // What is taken out and put in again loses the focus.
      const shown = [...level.list.children];
      if (lines.length !== shown.length || lines.some((line, at) => line !== shown[at])) {
        level.list.replaceChildren(...lines);
      }
      this.mark(this.#current);
    } catch (error) {
      if (turn !== level.asked) return;
      const again = el('button', { type: 'button', onclick: () => this.#load(level, parentId) }, 'Try again');
      level.list.replaceChildren(el('li', { class: 'none', role: 'alert' }, `${sentenceOf(error)} `, again));
    }
  }

  /** @param {string | null} parentId @returns {Promise<Folder[]>} */
  async #allBelow(parentId) {
    /** @type {Folder[]} */
    const folders = [];
    let cursor = '';
    do {
      const query = new URLSearchParams({ limit: pageSize, ...(parentId && { parentId }), ...(cursor && { cursor }) });
      /** @type {{ body: Page<Folder>, trace: import('./model.js').Trace }} */
      const { body, trace } = await this.#api.get(`data-rooms/${this.#dataRoomId}/folders?${query}`);
      this.trace.replaceChildren(badge(trace));
      folders.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor);
    return folders;
  }

  /** The branch of a folder that is known already keeps all that is unfolded below it. @param {Folder} folder */
  #branchOf({ id, name }) {
    const known = this.#branches.get(id);
    if (known) {
      known.rename(name);
      return known;
    }
    const list = el('ul', { hidden: true });
    const fold = el('button', { class: 'fold', type: 'button', 'aria-expanded': 'false' }, icon('chevron'));
    const slot = el('span', { class: 'slot' });
    const element = el('li', {}, el('div', { class: 'line' }, fold, slot), list);
    fold.addEventListener('click', () => void (list.hidden ? this.#unfold(id) : this.#fold(id)));
    let shown = '';
    const branch = {
      element,
      level: { list, isLoaded: false, asked: 0 },
      /** @param {string} called */
      rename: (called) => {
        // What has the focus, is chosen or is marked stays so.
        if (called === shown) return;
        shown = called;
        fold.setAttribute('aria-label', `Folders in ${called}`);
        slot.replaceChildren(this.#line({ id, name: called }));
      },
    };
    branch.rename(name);
    this.#branches.set(id, branch);
    return branch;
  }
}
