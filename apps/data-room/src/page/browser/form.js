// @ts-check
import { el } from './element.js';
import { sentenceOf } from './refusal.js';

let forms = 0;

/**
 * A labelled field of a form.
 * @param {string} label
 * @param {Record<string, string | boolean | undefined>} attributes
 */
export function field(label, attributes) {
  return el('label', { class: 'field' }, el('span', {}, label), el('input', attributes));
}

/**
 * A labelled choice.
 * @param {string} label
 * @param {{ name: string, value: string, options: readonly (readonly [value: string, text: string])[] }} choice
 */
export function choice(label, { name, value, options }) {
  const all = options.map(([key, text]) => el('option', { value: key, selected: key === value }, text));
  return el('label', { class: 'field' }, el('span', {}, label), el('select', { name }, ...all));
}

/**
 * A form that keeps what was typed until it is accepted, and says below the fields why it was not.
 * @param {{
 *   fields: readonly HTMLElement[],
 *   action: string,
 *   isDangerous?: boolean,
 *   others?: readonly HTMLElement[],
 *   submit: (values: Record<string, string>) => Promise<void>,
 * }} options `submit` throws a refusal; `others` stand beside the button
 */
export function form({ fields, action, isDangerous = false, others = [], submit }) {
  const id = `refusal-${++forms}`;
  const refusal = el('p', { class: 'refusal', role: 'alert', id });
  const button = el('button', { class: isDangerous ? 'danger' : 'primary', type: 'submit' }, action);
  // The API decides what it accepts and says so in sentences; the browser's own bubbles would only come before them.
  const element = el(
    'form',
    { novalidate: true },
    ...fields,
    refusal,
    el('div', { class: 'actions' }, ...others, button),
  );
  for (const input of element.querySelectorAll('input, select')) input.setAttribute('aria-describedby', id);

  let isBusy = false;
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy) void send();
  });

  async function send() {
    isBusy = true;
    element.setAttribute('aria-busy', 'true');
    refusal.textContent = '';
    try {
      await submit(valuesOf(element));
    } catch (error) {
      refusal.textContent = sentenceOf(error);
    } finally {
      isBusy = false;
      element.removeAttribute('aria-busy');
    }
  }
  return { element, button, refusal };
}

/** @param {HTMLFormElement} element @returns {Record<string, string>} */
function valuesOf(element) {
  return Object.fromEntries(
    [...new FormData(element)].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]),
  );
}
