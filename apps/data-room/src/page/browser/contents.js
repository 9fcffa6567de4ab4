// @ts-check
import { el, icon } from './element.js';
import { Listing } from './listing.js';
import { menu } from './menu.js';
/** @import { Api } from './api.js' */
/** @import { ItemActions } from './item-actions.js' */
/** @import { Answer, Folder, Item, Page, RoomFile } from './model.js' */

/**
 * What a folder holds, or the top level of a room, which holds folders only.
 * @param {{ api: Api, dataRoomId: string, folderId: string | null, actions: ItemActions }} options
 * @returns {Listing<Item>}
 */
export function contents({ api, dataRoomId, folderId, actions }) {
  return new Listing({
    label: 'Contents',
    empty: folderId
      ? 'Nothing in here yet. Upload files, or drop them here.'
      : 'No folders yet. Files live in folders: begin with one.',
    load: (query) =>
      folderId ? api.get(`folders/${folderId}/contents${query}`) : folders(`data-rooms/${dataRoomId}/folders${query}`),
    row: (item) => (item.kind === 'folder' ? folderRow(item, actions) : fileRow(item, actions)),
  });

  /** @param {string} path @returns {Promise<Answer<Page<Item>>>} */
  async function folders(path) {
    /** @type {Answer<Page<Folder>>} */
    const { body, trace } = await api.get(path);
    return { body: { ...body, items: body.items.map((folder) => ({ ...folder, kind: 'folder' })) }, trace };
  }
}

/** @param {Folder} folder @param {ItemActions} actions */
function folderRow(folder, actions) {
  const { id, dataRoomId, name, createdAt } = folder;
  return el(
    'li',
    { class: 'row', 'data-id': id },
    icon('folder'),
    el('a', { class: 'name', href: `#/rooms/${dataRoomId}/folders/${id}` }, name),
    el('span', { class: 'facts' }, day(createdAt)),
    actionsFor(folder, actions),
  );
}

/** @param {RoomFile} file @param {ItemActions} actions */
function fileRow(file, actions) {
  return el(
    'li',
    { class: 'row', 'data-id': file.id },
    icon('file'),
    el(
      'button',
      { class: 'name', type: 'button', title: 'Download', onclick: () => actions.download(file) },
      file.name,
    ),
    el('span', { class: 'facts' }, `${bytes(file.size)} · ${day(file.createdAt)}`),
    actionsFor(file, actions),
  );
}

/** @param {Item} item @param {ItemActions} actions */
function actionsFor(item, actions) {
  /** @type {[string, () => unknown][]} */
  const choices = item.kind === 'file' ? [['Download', () => actions.download(item)]] : [];
  if (actions.mayChange) {
    choices.push(['Rename', () => actions.rename(item)], ['Move', () => actions.move(item)]);
    choices.push(['Delete', () => actions.remove(item)]);
  }
  return choices.length > 0 ? menu(`Actions for ${item.name}`, choices) : undefined;
}

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** @param {string} text */
export const day = (text) => date.format(new Date(text));

/** @param {number} count */
export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const amount = count / 1000 ** power;
  return `${power > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}
