// @ts-check
import { byId } from './element.js';

const shownForMs = 5_000;
let shown = 0;

/**
 * Says what has been done, to eyes and screen readers alike.
 * @param {string} sentence
 */
export function announce(sentence) {
  const news = byId('news');
  const turn = ++shown;
  news.textContent = sentence;
  setTimeout(() => {
    if (turn === shown) news.textContent = '';
  }, shownForMs);
}
