// @ts-check
import { el, icon } from './element.js';
import { announce } from './news.js';
import { sentenceOf } from './refusal.js';
/** @import { Api } from './api.js' */

/** What is being uploaded, one after the other, wherever in the page one goes meanwhile. */
export class Uploads {
  #api;
  #list = el('ul', { class: 'items' });
  #onDone;
  /** The end of the last one begun. */
  #queue = Promise.resolve();

  /** @param {{ api: Api, onDone: (folderId: string) => void }} options */
  constructor({ api, onDone }) {
    this.#api = api;
    this.#onDone = onDone;
    this.element = el('section', { class: 'uploads', 'aria-label': 'Uploads', hidden: true }, this.#list);
  }

  /** @param {string} folderId @param {Iterable<File>} files */
  add(folderId, files) {
    for (const file of files) this.#add(folderId, file);
  }

  /** @param {string} folderId @param {File} file */
  #add(folderId, file) {
    const stop = new AbortController();
    const bar = el('progress', { max: 1, value: 0, 'aria-label': `Upload of ${file.name}` });
    const share = el('span', { class: 'facts' }, 'waiting');
    const close = el(
      'button',
      { class: 'quiet square', type: 'button', 'aria-label': `Stop the upload of ${file.name}` },
      icon('close'),
    );
    const row = el('li', { class: 'row' }, icon('upload'), el('span', { class: 'name' }, file.name), bar, share, close);
    const leave = () => {
      stop.abort();
      row.remove();
      this.element.hidden = this.#list.childElementCount === 0;
    };
    close.addEventListener('click', leave);
    this.#list.append(row);
    this.element.hidden = false;

    this.#queue = this.#queue.then(async () => {
      if (stop.signal.aborted) return;
      try {
        await this.#api.upload(`folders/${folderId}/files`, file, {
          signal: stop.signal,
          onProgress(done) {
            bar.value = done;
            share.textContent = `${Math.round(done * 100)} %`;
          },
        });
        leave();
        announce(`“${file.name}” uploaded.`);
        this.#onDone(folderId);
      } catch (error) {
        if (stop.signal.aborted) return;
        const again = el('button', { type: 'button' }, 'Try again');
        again.addEventListener('click', () => {
          leave();
          this.#add(folderId, file);
        });
        bar.remove();
        share.replaceWith(el('span', { class: 'refusal', role: 'alert' }, sentenceOf(error)), again);
        close.setAttribute('aria-label', `Give up the upload of ${file.name}`);
      }
    });
  }
}
