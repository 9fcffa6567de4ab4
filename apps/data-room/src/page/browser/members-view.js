// @ts-check
import { ask } from './dialog.js';
import { el, icon } from './element.js';
import { choice, field, form } from './form.js';
import { Listing } from './listing.js';
import { menu } from './menu.js';
import { announce } from './news.js';
/** @import { Api } from './api.js' */
/** @import { DataRoom, Member } from './model.js' */

const roles = /** @type {const} */ ([
  ['viewer', 'Viewer: reads'],
  ['editor', 'Editor: reads and changes'],
  ['owner', 'Owner: also decides who is in'],
]);

/**
 * Who is in a room, and the way in for others; for owners.
 * @param {{ api: Api, room: DataRoom }} options
 */
export function membersView({ api, room }) {
  const path = `data-rooms/${room.id}/members`;
  /** @type {Listing<Member>} */
  const members = new Listing({
    label: 'Members',
    empty: 'Nobody is in here.',
    load: (query) => api.get(`${path}${query}`),
    row: (member) =>
      el(
        'li',
        { class: 'row', 'data-id': member.userId },
        icon('person'),
        el('span', { class: 'name' }, member.name),
        el('span', { class: 'facts' }, member.email),
        el('span', { class: 'role' }, member.role),
        menu(`Actions for ${member.name}`, [
          ['Change role', () => changeRole(member)],
          ['Revoke', () => revoke(member)],
        ]),
      ),
  });

  const email = field('Email', { name: 'email', type: 'email', autocomplete: 'off', autocapitalize: 'none' });
  const { element: invitation } = form({
    fields: [email, choice('Role', { name: 'role', value: 'viewer', options: roles })],
    action: 'Invite',
    async submit(values) {
      const { body } = await api.send('POST', path, values);
      const { name, role } = /** @type {Member} */ (body);
      announce(`${name} is in now, as ${role}.`);
      const input = email.querySelector('input');
      if (input) input.value = '';
      await members.refresh();
    },
  });

  /** @param {Member} member */
  async function changeRole({ userId, name, role }) {
    let given = '';
    const isDone = await ask({
      title: `Role of ${name}`,
      fields: [choice('Role', { name: 'role', value: role, options: roles })],
      action: 'Save',
      submit: async ({ role: chosen = '' }) => {
        await api.send('PUT', `${path}/${userId}`, { role: chosen });
        given = chosen;
      },
    });
    if (!isDone) return;
    announce(`${name} is ${given} now.`);
    await members.refresh();
    members.focus(userId);
  }

  /** @param {Member} member */
  async function revoke({ userId, name }) {
    const isDone = await ask({
      title: `Shut ${name} out?`,
      text: 'From their next click on they see nothing of this data room.',
      action: 'Revoke',
      isDangerous: true,
      submit: async () => void (await api.send('DELETE', `${path}/${userId}`)),
    });
    if (!isDone) return;
    announce(`${name} is out.`);
    await members.refresh();
    members.focus(userId);
  }

  void members.refresh();
  return el(
    'div',
    { class: 'members' },
    el('section', { class: 'invitation', 'aria-label': 'Invite' }, el('h2', {}, 'Invite'), invitation),
    members.element,
  );
}
