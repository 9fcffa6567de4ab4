// @ts-check
import { ask } from './dialog.js';
import { bytes, contents } from './contents.js';
import { el, icon } from './element.js';
import { FolderTree } from './folder-tree.js';
import { field } from './form.js';
import { ItemActions } from './item-actions.js';
import { membersView } from './members-view.js';
import { menu } from './menu.js';
import { announce } from './news.js';
/** @import { Api } from './api.js' */
/** @import { DataRoomDetail, Item, Page, Step } from './model.js' */
/** @import { Listing } from './listing.js' */
/** @import { Uploads } from './uploads.js' */

/** @typedef {{ folderId: string | null, isMembers: boolean }} Place where in the room one is */

/** One room: its folders beside what the open one holds, or its members. Its tree outlives going from folder to folder. */
export class RoomView {
  #api;
  #uploads;
  #room;
  #onChange;
  #tree;
  #actions;
  /** @type {Listing<Item> | undefined} */
  #contents;
  /** @type {string | null} */
  #folderId = null;

  /**
   * @param {{ api: Api, uploads: Uploads, room: DataRoomDetail, onChange: () => void }} options
   *   `onChange` is called when the room itself is not what it was
   */
  constructor({ api, uploads, room, onChange }) {
    this.#api = api;
    this.#uploads = uploads;
    this.#room = room;
    this.#onChange = onChange;
    this.#tree = new FolderTree({
      api,
      dataRoomId: room.id,
      line: ({ id, name }) => el('a', { href: `#/rooms/${room.id}/folders/${id}` }, name),
    });
    this.#actions = new ItemActions({
      api,
      dataRoomId: room.id,
      mayChange: room.role !== 'viewer',
      onChange: async ({ levels, itemId }) => {
        await Promise.all([...levels.map((level) => this.#tree.refresh(level)), this.#contents?.refresh()]);
        this.#contents?.focus(itemId);
      },
    });
  }

  /** Whether this view can go on showing the room as it is now. @param {DataRoomDetail} room */
  fits({ id, role }) {
    return id === this.#room.id && role === this.#room.role;
  }

  /** Files have come into a folder. @param {string} folderId */
  async onUploaded(folderId) {
    if (folderId === this.#folderId) await this.#contents?.refresh();
  }

  /** @param {DataRoomDetail} room @param {Place} place @returns {Promise<HTMLElement>} */
  async show(room, { folderId, isMembers }) {
    this.#room = room;
    this.#folderId = folderId;
    this.#contents = undefined;
    const steps = folderId ? await this.#path(folderId) : [];
    this.#tree.mark(folderId ?? undefined);
    if (!isMembers) void this.#tree.reveal(steps.slice(0, -1).map(({ id }) => id));
    return el(
      'div',
      { class: 'view' },
      this.#way(steps),
      this.#title(steps.at(-1)?.name ?? room.name, isMembers),
      this.#tabs(isMembers),
      isMembers ? membersView({ api: this.#api, room }) : this.#files(),
    );
  }

  /** @param {string} folderId @returns {Promise<readonly Step[]>} */
  async #path(folderId) {
    /** @type {{ body: Page<Step> }} */
    const { body } = await this.#api.get(`folders/${folderId}/path`);
    return body.items;
  }

  /** @param {readonly Step[]} steps */
  #way(steps) {
    const { id, name } = this.#room;
    const above = [
      { href: '#/', name: 'Data rooms' },
      ...(steps.length > 0 ? [{ href: `#/rooms/${id}`, name }] : []),
      ...steps.slice(0, -1).map((step) => ({ href: `#/rooms/${id}/folders/${step.id}`, name: step.name })),
    ];
    const links = above.map((step) => el('li', {}, el('a', { href: step.href }, step.name)));
    return el('nav', { class: 'way', 'aria-label': 'Way here' }, el('ol', {}, ...links));
  }

  /** @param {string} name @param {boolean} isMembers */
  #title(name, isMembers) {
    const { role, usage } = this.#room;
    const files = `${usage.files} ${usage.files === 1 ? 'file' : 'files'}, ${bytes(usage.bytes)}`;
    return el(
      'header',
      { class: 'title' },
      el(
        'div',
        {},
        el('h1', { tabindex: '-1' }, name),
        el('p', { class: 'facts' }, `${files} in this room · `, el('span', { class: 'role' }, role)),
      ),
      role === 'owner' ? this.#roomMenu() : undefined,
      isMembers || !this.#actions.mayChange ? undefined : this.#buttons(),
    );
  }

  #buttons() {
    const folderId = this.#folderId;
    const create = el('button', {
      class: folderId ? undefined : 'primary',
      type: 'button',
      onclick: () => this.#actions.createFolder(folderId),
    });
    create.append(icon('plus'), 'New folder');
    if (!folderId) return el('div', { class: 'buttons' }, create);
    const input = el('input', { class: 'unseen', type: 'file', multiple: true });
    input.addEventListener('change', () => {
      this.#uploads.add(folderId, input.files ?? []);
      input.value = ''; // the same file may be chosen again
    });
    const upload = el('label', { class: 'button primary' }, icon('upload'), 'Upload files', input);
    return el('div', { class: 'buttons' }, create, upload);
  }

  #roomMenu() {
    return menu('Actions for the data room', [
      ['Rename the data room', () => this.#rename()],
      ['Delete the data room', () => this.#remove()],
    ]);
  }

  /** @param {boolean} isMembers */
  #tabs(isMembers) {
    const { id, role } = this.#room;
    if (role !== 'owner') return undefined;
    const tab = (/** @type {string} */ text, /** @type {string} */ href, /** @type {boolean} */ isHere) =>
      el('a', { href, 'aria-current': isHere ? 'page' : undefined }, text);
    return el(
      'nav',
      { class: 'tabs', 'aria-label': 'Parts of the data room' },
      tab('Files', `#/rooms/${id}`, !isMembers),
      tab('Members', `#/rooms/${id}/members`, isMembers),
    );
  }

  #files() {
    const folderId = this.#folderId;
    this.#contents = contents({ api: this.#api, dataRoomId: this.#room.id, folderId, actions: this.#actions });
    void this.#contents.refresh();
    const isWide = matchMedia('(min-width: 48rem)').matches;
    const tree = el(
      'details',
      { class: 'side', open: isWide },
      el('summary', {}, icon('chevron'), 'Folders', this.#tree.trace),
      this.#tree.element,
    );
    const { element } = this.#contents;
    if (folderId && this.#actions.mayChange) acceptDrops(element, (files) => this.#uploads.add(folderId, files));
    return el('div', { class: 'columns' }, el('nav', { 'aria-label': 'Folders' }, tree), element);
  }

  async #rename() {
    const { id, name } = this.#room;
    const isDone = await ask({
      title: 'Rename the data room',
      fields: [field('Name', { name: 'name', value: name, autocomplete: 'off' })],
      action: 'Rename',
      submit: async (values) => void (await this.#api.send('PATCH', `data-rooms/${id}`, values)),
    });
    if (!isDone) return;
    announce('The data room is renamed.');
    this.#onChange();
  }

  async #remove() {
    const { id, name } = this.#room;
    const isDone = await ask({
      title: `Delete “${name}”?`,
      text: 'With all its folders and files, for all its members.',
      action: 'Delete',
      isDangerous: true,
      submit: async () => void (await this.#api.send('DELETE', `data-rooms/${id}`)),
    });
    if (!isDone) return;
    announce(`“${name}” deleted.`);
    location.hash = '#/';
  }
}

/** @param {HTMLElement} element @param {(files: FileList) => void} take */
function acceptDrops(element, take) {
  element.addEventListener('dragover', (event) => {
    event.preventDefault();
    element.classList.add('target-here');
  });
  element.addEventListener('dragleave', () => element.classList.remove('target-here'));
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    element.classList.remove('target-here');
    if (event.dataTransfer) take(event.dataTransfer.files);
  });
}
