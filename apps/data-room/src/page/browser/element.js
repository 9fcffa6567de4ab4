// @ts-check
// Elements, made in code. Text only ever becomes a text node: a file may be called <img onerror=…> and is just called that.

/** @typedef {string | number | boolean | undefined | ((event: Event) => unknown)} Attribute */

/**
 * `el('button', { type: 'button', onclick: close }, 'Close')`. A function is a listener, a boolean sets or leaves out,
 * undefined leaves out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (typeof value === 'boolean') element.toggleAttribute(key, value);
    else if (value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

/**
 * A picture that says nothing which the text beside it does not say.
 * @param {string} name
 */
export function icon(name) {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('class', 'icon');
  picture.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `page/icons.svg#${name}`);
  picture.append(use);
  return picture;
}

/**
 * The element of index.html that has this id.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
}
