// @ts-check
import { ask } from './dialog.js';
import { el } from './element.js';
import { FolderTree } from './folder-tree.js';
import { field } from './form.js';
import { announce } from './news.js';
import { Refusal, sentenceOf } from './refusal.js';
/** @import { Api } from './api.js' */
/** @import { Folder, Item, RoomFile } from './model.js' */

/** The levels whose contents have changed, null for the top, and the item to go on with. */
/** @typedef {{ levels: readonly (string | null)[], itemId?: string }} Change */

/** What can be done with the folders and files of a room. Each asks first, and says afterwards what has been done. */
export class ItemActions {
  #api;
  #dataRoomId;
  #onChange;

  /**
   * @param {{ api: Api, dataRoomId: string, mayChange: boolean, onChange: (change: Change) => Promise<void> }} options
   */
  constructor({ api, dataRoomId, mayChange, onChange }) {
    this.#api = api;
    this.#dataRoomId = dataRoomId;
    this.#onChange = onChange;
    this.mayChange = mayChange;
  }

  /** @param {string | null} parentId */
  async createFolder(parentId) {
    const path = `data-rooms/${this.#dataRoomId}/folders`;
    /** @type {Folder | undefined} */
    let made;
    const isDone = await ask({
      title: 'New folder',
      fields: [field('Name', { name: 'name', autocomplete: 'off' })],
      action: 'Create',
      submit: async ({ name }) => {
        made = /** @type {Folder} */ ((await this.#api.send('POST', path, { name, parentId })).body);
      },
    });
    if (!isDone || !made) return;
    announce(`Folder “${made.name}” created.`);
    await this.#onChange({ levels: [parentId] });
  }

  /** @param {Item} item */
  async rename(item) {
    let called = item.name;
    const isDone = await ask({
      title: `Rename ${item.kind}`,
      fields: [field('Name', { name: 'name', value: item.name, autocomplete: 'off' })],
      action: 'Rename',
      submit: async ({ name = '' }) => {
        await this.#api.send('PATCH', pathOf(item), { name });
        called = name;
      },
    });
    if (!isDone) return;
    announce(`“${item.name}” is called “${called}” now.`);
    await this.#onChange({ levels: [parentOf(item)], itemId: item.id });
  }

  /** @param {Item} item */
  async move(item) {
    const tree = new FolderTree({ api: this.#api, dataRoomId: this.#dataRoomId, line: target });
    const options = el('fieldset', { class: 'targets' }, el('legend', {}, 'To'));
    // Files live in folders only.
    if (item.kind === 'folder') options.append(target({ id: '', name: 'The top level' }));
    options.append(tree.element);
    void tree.refresh(null);
    /** @type {string | null} */
    let to = null;
    const isDone = await ask({
      title: `Move “${item.name}”`,
      fields: [options],
      action: 'Move',
      submit: async ({ target: chosen }) => {
        if (chosen === undefined) throw new Refusal(0, 'Choose where it goes.');
        to = chosen || null;
        const change = item.kind === 'folder' ? { parentId: to } : { folderId: chosen };
        await this.#api.send('PATCH', pathOf(item), change);
      },
    });
    if (!isDone) return;
    announce(`“${item.name}” moved.`);
    await this.#onChange({ levels: [parentOf(item), to] });
  }

  /** @param {Item} item */
  async remove(item) {
    const isDone = await ask({
      title: `Delete “${item.name}”?`,
      text: item.kind === 'folder' ? 'With all folders and files in it, for everybody.' : 'For everybody.',
      action: 'Delete',
      isDangerous: true,
      submit: async () => void (await this.#api.send('DELETE', pathOf(item))),
    });
    if (!isDone) return;
    announce(`“${item.name}” deleted.`);
    await this.#onChange({ levels: [parentOf(item)] });
  }

  /** @param {RoomFile} file */
  async download(file) {
    try {
      const address = URL.createObjectURL(await this.#api.download(`files/${file.id}/content`));
      el('a', { href: address, download: file.name }).click();
      // The browser reads on for a while after the click.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      announce(`“${file.name}” could not be downloaded. ${sentenceOf(error)}`);
    }
  }
}

/** @param {{ id: string, name: string }} folder */
function target({ id, name }) {
  return el('label', { class: 'target' }, el('input', { type: 'radio', name: 'target', value: id }), name);
}

/** @param {Item} item */
const pathOf = (item) => `${item.kind === 'folder' ? 'folders' : 'files'}/${item.id}`;

/** @param {Item} item */
const parentOf = (item) => (item.kind === 'folder' ? item.parentId : item.folderId);
