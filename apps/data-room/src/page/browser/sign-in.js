// @ts-check
import { ask } from './dialog.js';
import { el } from './element.js';
import { field, form } from './form.js';
/** @import { Api } from './api.js' */
/** @import { Session as Given } from './model.js' */
/** @import { Session } from './session.js' */

/**
 * Where everybody begins: who has an account signs in, who has none makes one. What was typed for the one is still there
 * for the other.
 * @param {{ api: Api, session: Session, onDone: () => void }} options
 */
export function signIn({ api, session, onDone }) {
  let isNew = false;
  const name = field('Name', { name: 'name', autocomplete: 'name' });
  const email = field('Email', { name: 'email', type: 'email', autocomplete: 'username', autocapitalize: 'none' });
  const password = field('Password', { name: 'password', type: 'password' });
  const other = el('button', { class: 'quiet', type: 'button', onclick: () => show(!isNew) });
  const heading = el('h1', { tabindex: '-1' });
  const { element, button, refusal } = form({
    fields: [name, email, password],
    action: '',
    others: [other],
    async submit({ name: called, email: address, password: secret }) {
      const credentials = { email: address, password: secret };
      const { body } = isNew
        ? await api.send('POST', 'auth/register', { ...credentials, name: called })
        : await api.send('POST', 'auth/login', credentials);
      session.begin(/** @type {Given} */ (body));
      onDone();
    },
  });

  /** @param {boolean} wanted */
  function show(wanted) {
    isNew = wanted;
    name.hidden = !isNew;
    heading.textContent = isNew ? 'Create an account' : 'Sign in';
    button.textContent = isNew ? 'Create the account' : 'Sign in';
    other.textContent = isNew ? 'I have an account' : 'Create an account';
    password.querySelector('input')?.setAttribute('autocomplete', isNew ? 'new-password' : 'current-password');
    refusal.textContent = '';
  }
  show(false);
  return el(
    'div',
    { class: 'sign-in' },
    heading,
    el('p', { class: 'lead' }, 'Files in folders in rooms, for exactly those whom you let in.'),
    element,
  );
}

/**
 * Signs the same person in again, in front of whatever they were doing.
 * @param {{ api: Api, session: Session }} options
 * @returns {Promise<boolean>} false: they do not want to
 */
export function renew({ api, session }) {
  const { email = '' } = session.user ?? {};
  return ask({
    title: 'Your session has ended',
    text: `Sign in again as ${email} to go on where you were.`,
    fields: [field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' })],
    action: 'Sign in',
    isAboutView: false,
    async submit({ password }) {
      session.begin(/** @type {Given} */ ((await api.send('POST', 'auth/login', { email, password })).body));
    },
  });
}
