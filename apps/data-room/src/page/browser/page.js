// @ts-check
// The page: who is signed in, which view the address names, and the strip that tells the cache's part in it.
import { Api } from './api.js';
import { CacheStrip } from './cache-strip.js';
import { byId, el } from './element.js';
import { Refusal, sentenceOf } from './refusal.js';
import { RoomView } from './room-view.js';
import { roomsView } from './rooms-view.js';
import { Session } from './session.js';
import { renew, signIn } from './sign-in.js';
import { Uploads } from './uploads.js';
/** @import { DataRoomDetail } from './model.js' */

const main = byId('main');
const session = new Session();
const api = new Api(session);
const strip = new CacheStrip(byId('strip'));
api.onAnswer((trace) => strip.add(trace));

/** @type {RoomView | undefined} */
let room;
const uploads = new Uploads({ api, onDone: (folderId) => void room?.onUploaded(folderId) });
main.after(uploads.element);

/** @type {Promise<boolean> | undefined} */
let renewal;
api.renewWith(() => {
  renewal ??= renew({ api, session }).finally(() => (renewal = undefined));
  return renewal.then((isRenewed) => {
    if (!isRenewed) leave();
    return isRenewed;
  });
});

function leave() {
  session.end();
  room = undefined;
  void show();
}

let shown = 0;

/** Shows what the address names. Of several clicks the last one counts, however late the answers to the others come. */
async function show() {
  const turn = ++shown;
  showWho();
  const view = await viewOf(location.hash).catch(refusedView);
  if (turn !== shown) return;
  const isFirst = main.querySelector('h1') === null;
  main.replaceChildren(view);
  const heading = main.querySelector('h1');
  document.title = [heading?.textContent, 'Data room'].filter(Boolean).join(' – ');
  // Who does not see the page change hears where it has gone to.
  if (!isFirst) heading?.focus();
}

/** @param {string} address @returns {Promise<HTMLElement>} */
async function viewOf(address) {
  if (!session.token) return signIn({ api, session, onDone: () => void show() });
  const [, dataRoomId, part, folderId = null] =
    /^#\/rooms\/([0-9a-f-]{36})(?:\/(folders|members)(?:\/([0-9a-f-]{36}))?)?$/.exec(address) ?? [];
  if (!dataRoomId) return roomsView({ api });

  /** @type {{ body: DataRoomDetail }} */
  const { body: detail } = await api.get(`data-rooms/${dataRoomId}`);
  if (!room?.fits(detail)) room = new RoomView({ api, uploads, room: detail, onChange: () => void show() });
  return room.show(detail, { folderId, isMembers: part === 'members' });
}

/** @param {unknown} error */
function refusedView(error) {
  const isGone = error instanceof Refusal && [403, 404].includes(error.status);
  return el(
    'div',
    { class: 'view' },
    el('h1', { tabindex: '-1' }, isGone ? 'Nothing here for you' : 'That did not work'),
    el('p', { role: 'alert' }, sentenceOf(error)),
    el(
      'p',
      { class: 'buttons' },
      el('button', { type: 'button', onclick: show }, 'Try again'),
      el('a', { class: 'button', href: '#/' }, 'All data rooms'),
    ),
  );
}

/** @type {string | null} */
let asked = null;

function showWho() {
  const { token, user } = session;
  byId('who').hidden = !token;
  byId('strip').hidden = !token;
  byId('who-name').textContent = user?.name ?? '';
  if (token !== asked) void showCacheLink(token);
  asked = token;
}

/** The cache's own page is for administrators; whether this is one, the server knows. @param {string | null} token */
async function showCacheLink(token) {
  const link = byId('cache-link');
  link.hidden = true;
  if (!token) return;
  const answer = await fetch('cache/status', { method: 'HEAD', headers: { Authorization: `Bearer ${token}` } }).catch(
    () => undefined, // no link is all that comes of it
  );
  link.hidden = !(answer?.ok && session.token === token);
}

byId('sign-out').addEventListener('click', () => {
  location.hash = '#/';
  leave();
});
byId('skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address says which view it is
  main.focus();
});
addEventListener('hashchange', () => void show());
void show();
