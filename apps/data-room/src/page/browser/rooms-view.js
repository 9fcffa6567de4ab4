// @ts-check
import { day } from './contents.js';
import { ask } from './dialog.js';
import { el, icon } from './element.js';
import { field } from './form.js';
import { Listing } from './listing.js';
import { announce } from './news.js';
/** @import { Api } from './api.js' */
/** @import { DataRoom } from './model.js' */

/**
 * The rooms that one may enter.
 * @param {{ api: Api }} options
 */
export function roomsView({ api }) {
  /** @type {Listing<DataRoom>} */
  const rooms = new Listing({
    label: 'Data rooms',
    empty: 'No data room yet. Make the first one, or have yourself invited to another’s.',
    load: (query) => api.get(`data-rooms${query}`),
    row: ({ id, name, role, createdAt }) =>
      el(
        'li',
        { class: 'card', 'data-id': id },
        icon('room'),
        el('a', { class: 'name', href: `#/rooms/${id}` }, name),
        el('span', { class: 'facts' }, day(createdAt)),
        el('span', { class: 'role' }, role),
      ),
  });
  rooms.element.classList.add('cards');
  void rooms.refresh();

  async function create() {
    /** @type {DataRoom | undefined} */
    let made;
    const isDone = await ask({
      title: 'New data room',
      fields: [field('Name', { name: 'name', autocomplete: 'off' })],
      action: 'Create',
      submit: async ({ name }) => {
        made = /** @type {DataRoom} */ ((await api.send('POST', 'data-rooms', { name })).body);
      },
    });
    if (!isDone || !made) return;
    announce(`Data room “${made.name}” created.`);
    location.hash = `#/rooms/${made.id}`;
  }

  return el(
    'div',
    { class: 'view' },
    el(
      'header',
      { class: 'title' },
      el('h1', { tabindex: '-1' }, 'Data rooms'),
      el('button', { class: 'primary', type: 'button', onclick: create }, icon('plus'), 'New data room'),
    ),
    rooms.element,
  );
}
