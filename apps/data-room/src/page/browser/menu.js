// @ts-check
import { el, icon } from './element.js';

/**
 * A button that unfolds a few others. Escape, a choice, or going elsewhere folds them again.
 * @param {string} label
 * @param {readonly (readonly [text: string, choose: () => unknown])[]} choices
 */
export function menu(label, choices) {
  const button = el('summary', { 'aria-label': label, title: 'Actions' }, icon('more'));
  const fold = () => {
    element.open = false;
  };
  const buttons = choices.map(([text, choose]) =>
    el(
      'button',
      {
        type: 'button',
        onclick() {
          fold();
          // The chosen button is gone now: what a dialog gives the focus back to is the one that stays.
          button.focus();
          choose();
        },
      },
      text,
    ),
  );
  const element = el('details', { class: 'menu' }, button, el('div', { class: 'choices' }, ...buttons));
  element.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !element.open) return;
    fold();
    button.focus();
  });
  element.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node) || !element.contains(relatedTarget)) fold();
  });
  return element;
}
