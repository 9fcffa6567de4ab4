// @ts-check
import { el } from './element.js';
import { form } from './form.js';

let dialogs = 0;

/**
 * Asks something, in front of the page, and resolves with whether it was done. A refusal stays in the dialog, with all
 * that was typed. Whatever had the focus before has it again afterwards.
 * @param {{
 *   title: string,
 *   text?: string,
 *   fields?: readonly HTMLElement[],
 *   action: string,
 *   isDangerous?: boolean,
 *   isAboutView?: boolean,
 *   submit: (values: Record<string, string>) => Promise<void>,
 * }} question one about the view goes when the view goes
 * @returns {Promise<boolean>}
 */
export function ask({ title, text, fields = [], action, isDangerous = false, isAboutView = true, submit }) {
  const id = `dialog-${++dialogs}`;
  const cancel = el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
  const { element } = form({
    fields,
    action,
    isDangerous,
    others: [cancel],
    async submit(values) {
      await submit(values);
      dialog.close('done');
    },
  });
  const dialog = el(
    'dialog',
    { 'aria-labelledby': id },
    el('h2', { id }, title),
    text === undefined ? undefined : el('p', {}, text),
    element,
  );
  document.body.append(dialog);
  dialog.showModal();
  // The first thing to fill in; where there is nothing, the way back, so that Enter alone destroys nothing.
  const first = element.querySelector('input, select') ?? cancel;
  if (first instanceof HTMLElement) first.focus();
  if (first instanceof HTMLInputElement) first.select();

  const leave = () => dialog.close();
  if (isAboutView) addEventListener('hashchange', leave);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      removeEventListener('hashchange', leave);
      dialog.remove();
      resolve(dialog.returnValue === 'done');
    });
  });
}
