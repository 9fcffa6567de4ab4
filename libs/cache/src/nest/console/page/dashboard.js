// @ts-check
// The cache's dashboard: what one instance knows of its cache and of the others, painted anew whenever it says something.
// Views are functions that make elements of the state; `morph` moves only what differs into the page, so that focus, scroll
// and selection stay where they are. Keys and tags are hostile text: whatever is shown becomes a text node or an attribute.
/** @import { Advice, Difference, DryRun, Entries, Explanation, Instance, Invalidated, Method, Point, Status, Target, Transaction, Warming } from './model.js' */
/** @import { Attributes, Child, Column, Connection, ElementOf, Line, Rate, Search } from './parts.js' */

// Elements

/**
 * @template {Element} E
 * @param {E} element @param {string} classes @param {readonly (Attributes | Child)[]} given attributes, if any, and children
 */
function dressed(element, classes, [first, ...others]) {
  const isDressed = first instanceof Object && !(first instanceof Node) && !Array.isArray(first);
  const attributes = isDressed ? /** @type {Attributes} */ (first) : {};
  if (classes) element.setAttribute('class', classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...nodesOf(/** @type {Child[]} */ (isDressed ? others : [first, ...others])));
  return element;
}

/** @param {readonly Child[]} children @returns {Node[]} */
const nodesOf = (children) =>
  children.flatMap((child) => {
    if (child === false || child === null || child === undefined) return [];
    if (child instanceof Node) return [child];
    return typeof child === 'object' ? nodesOf(child) : [document.createTextNode(String(child))];
  });

/**
 * `el('p.hint', { id: 'x' }, 'text')`, or without attributes.
 * @template {string} S
 * @param {S} selector @param {...(Attributes | Child)} given
 * @returns {ElementOf<S>}
 */
function el(selector, ...given) {
  const [name = '', ...classes] = selector.split('.');
  return /** @type {ElementOf<S>} */ (dressed(document.createElement(name), classes.join(' '), given));
}

/** @param {string} selector @param {...(Attributes | Child)} given */
function svg(selector, ...given) {
  const [name = '', ...classes] = selector.split('.');
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', name), classes.join(' '), given);
}

/**
 * What a click on it does is said by `actions[does]`, which is asked when it is clicked: what is painted has no listeners.
 * @param {string} does @param {string} label @param {Attributes} [attributes] @param {...Child} children
 */
const button = (does, label, attributes = {}, ...children) =>
  el('button', { type: 'button', 'data-do': does, ...attributes }, label, ...children);

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
}

/** @param {Node | null} node */
const idOf = (node) => (node instanceof Element ? (node.getAttribute('data-id') ?? undefined) : undefined);

/**
 * Makes the place contain what the children are. An element stays if it has the same `data-id` or, without one, the same place.
 * @param {Element} place @param {readonly Node[]} children
 */
function morph(place, children) {
  const named = new Map([...place.children].map((child) => [idOf(child), child]));
  let here = place.firstChild;
  for (const child of children) {
    const id = idOf(child);
    const isInPlace = here?.nodeName === child.nodeName && idOf(here) === undefined;
    const match = id === undefined ? (isInPlace ? here : undefined) : named.get(id);
    // Should two have the same, the second is made anew.
    if (id !== undefined) named.delete(id);
    if (!match) {
      place.insertBefore(child, here);
      continue;
    }
    if (match === here) here = here.nextSibling;
    else place.insertBefore(match, here);
    become(match, child);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

/** @param {Node} old @param {Node} fresh */
function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!(old instanceof Element) || !(fresh instanceof Element)) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const name of old.getAttributeNames()) {
    // Whether it is unfolded is the reader's affair.
    if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morph(old, [...fresh.childNodes]);
}

// Words and numbers

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const dayTime = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** @param {number} count @param {string} one @param {string} [many] */
const counted = (count, one, many = `${one}s`) => `${whole.format(count)} ${count === 1 ? one : many}`;

/** Rounded down: what is not quite everything is not 100 %. @param {number | undefined} share */
function percent(share) {
  if (share === undefined) return '–';
  const digits = share > 0.99 && share < 1 ? 10 : 1;
  return `${Math.floor(share * 100 * digits + 1e-9) / digits} %`;
}

/** @param {number | null | undefined} ms */
function duration(ms) {
  if (ms === undefined || ms === null) return '–';
  if (ms < 0.005) return '0 ms';
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1_024) return `${Math.round(bytes)} B`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
  return `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MB`;
}

/** Ids as one tells them apart by sight; whole where they are asked for. @param {string} text */
const brief = (text) => text.replace(/\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '$1…');

/** @param {number} at */
const time = (at) => dayTime.format(at);

/** @param {number} at */
const exactTime = (at) => `${time(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`;

/** @param {number} at */
const since = (at) =>
  `${duration(Math.max(1_000, Math.floor((serverNow() - at) / 1_000) * 1_000)).replace('.0', '')} ago`;

// The API

/** What the API said no with. */
class Refusal extends Error {
  /** @param {number} status @param {string} sentence */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

const tokenKey = document.querySelector('meta[name="token-key"]')?.getAttribute('content') ?? 'data-room-token';
const patienceMs = 8_000;

/**
 * @param {string} path @param {{ method?: string, body?: unknown, signal?: AbortSignal }} [options]
 * @returns {Promise<Response>}
 */
async function ask(path, { method = 'GET', body, signal } = {}) {
  const token = sessionStorage.getItem(tokenKey);
  const headers = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  // Beside this script, wherever the console was mounted.
  const url = new URL(path, import.meta.url);
  const response = await fetch(url, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  });
  if (response.ok) return response;

  const said = await response.json().catch(() => undefined);
  const message = [said?.message ?? `The application answered with ${response.status}.`].flat().join(' ');
  throw new Refusal(response.status, message);
}

/**
 * @template T
 * @param {string} path @param {Record<string, string | number | readonly string[] | undefined>} [query]
 * @returns {Promise<T>}
 */
async function get(path, query = {}) {
  const present = Object.entries(query).flatMap(([name, value = []]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  const response = await ask(`${path}?${new URLSearchParams(present)}`, { signal: AbortSignal.timeout(patienceMs) });
  return response.json();
}

/**
 * No limit of time: to reach everybody may take as long as a lease.
 * @template T @param {string} path @param {unknown} body @returns {Promise<T>}
 */
const post = async (path, body) => (await ask(path, { method: 'POST', body })).json();

/** @param {unknown} error */
function sentenceOf(error) {
  if (error instanceof Refusal) return error.message;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate ? 'The application has not answered in time.' : 'The application does not answer.';
}

// State

const state = {
  /** @type {Status | undefined} */
  status: undefined,
  /** How far the clock of the instance is ahead of this one. */
  aheadMs: 0,
  everyMs: 2_000,
  /** The last ten minutes. @type {Point[]} */
  points: [],
  /** The newest first. @type {readonly Transaction[]} */
  transactions: [],
  /** When it was out of step, as far as this page has seen; the last may have no end. @type {{ from: number, to: number }[]} */
  lapses: [],
  /** @type {Connection} */
  connection: 'connecting',
  heardAt: Date.now(),
  /** Why there is no connection. */
  refusal: '',
  isPaused: false,
  view: 'overview',
  /** The method that the charts are about; all, if undefined. @type {string | undefined} */
  method: undefined,
  sort: { column: 'Reads', isDescending: true },
  spanMs: 60_000,
  /** @type {Search} */
  search: { by: 'prefix', text: '', found: undefined, refusal: '' },
};

const chartedMs = 600_000;

function serverNow() {
  return Date.now() + state.aheadMs;
}

/** @param {Status} status */
function takeStatus(status) {
  state.aheadMs = status.at - Date.now();
  if (state.status && state.status.instance !== status.instance) {
    state.points = [];
    state.lapses = [];
  }
  if (status.pulse) {
    state.everyMs = status.pulse.everyMs;
    state.points = [...status.pulse.points];
  }
  noteLapse(status);
  state.status = status;
  state.transactions = status.transactions;
}

/** @param {Status} status */
function noteLapse({ at, statistics: { inStep } }) {
  const last = state.lapses.at(-1);
  const isOpen = last !== undefined && state.status?.statistics.inStep === false;
  if (isOpen) last.to = at;
  else if (!inStep) state.lapses.push({ from: at, to: at });
  state.lapses = state.lapses.filter(({ to }) => to > at - chartedMs);
}

/** @param {Point} point */
function takePoint(point) {
  if (state.points.some(({ at }) => at === point.at)) return;
  state.points = [...state.points, point].filter(({ at }) => at > point.at - chartedMs);
}

/** @param {Transaction} transaction */
function takeTransaction(transaction) {
  const others = state.transactions.filter(({ fence }) => fence !== transaction.fence);
  state.transactions = [transaction, ...others].slice(0, 200);
}

// The live connection

const firstPauseMs = 500;
const longestPauseMs = 8_000;
/** Something is said every two seconds; three times that is silence. */
const silenceMs = 6_000;

/** Follows the instance until it is ended, however often it has to begin anew. */
class Live {
  #end = new AbortController();

  constructor() {
    void this.#run(this.#end.signal);
  }

  end() {
    this.#end.abort();
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    for (let failures = 0; !signal.aborted; failures++) {
      const attempt = new AbortController();
      const stop = () => attempt.abort();
      signal.addEventListener('abort', stop);
      try {
        await this.#follow(attempt, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        const isRefused = error instanceof Refusal && (error.status === 401 || error.status === 403);
        connectionIs(isRefused ? 'refused' : 'lost', sentenceOf(error));
        if (isRefused) return;
      } finally {
        attempt.abort();
        signal.removeEventListener('abort', stop);
      }
      // Not all at once, when many pages wait for one application.
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.75 + Math.random() / 2), signal);
    }
  }

  /**
   * Until the stream ends, as it does every few minutes, so that the application can ask anew who is listening.
   * @param {AbortController} attempt @param {() => void} succeeded
   */
  async #follow(attempt, succeeded) {
    const { signal } = attempt;
    let watch = setTimeout(() => attempt.abort(), patienceMs);
    try {
      takeStatus(await (await ask('status', { signal })).json());
      const { body } = await ask('live', { signal });
      if (!body) return;
      for await (const { name, data } of eventsOf(body)) {
        clearTimeout(watch);
        watch = setTimeout(() => attempt.abort(), silenceMs);
        succeeded();
        state.heardAt = Date.now();
        if (name === 'status') takeStatus(JSON.parse(data));
        else if (name === 'point') takePoint(JSON.parse(data));
        else if (name === 'transaction') takeTransaction(JSON.parse(data));
        connectionIs('live');
      }
    } finally {
      clearTimeout(watch);
    }
  }
}

/** By fetch, because an EventSource sends no Authorization. @param {ReadableStream<Uint8Array<ArrayBuffer>>} body */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const valuesOf = (/** @type {string} */ field) =>
        lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
      yield { name: valuesOf('event')[0], data: valuesOf('data').join('\n') };
    }
  }
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
const pause = (ms, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve());
  });

/** @param {Connection} connection @param {string} [refusal] */
function connectionIs(connection, refusal = '') {
  state.connection = connection;
  state.refusal = refusal;
  repaint();
}

/** @type {Live | undefined} */
let live;

/** A page that nobody sees asks for nothing. */
function followOrNot() {
  live?.end();
  live = undefined;
  if (state.isPaused || document.hidden) return connectionIs('paused');
  connectionIs('connecting');
  live = new Live();
}

// What the numbers say

const nowMs = 10_000;

/** @param {readonly Point[]} points @param {string | undefined} method @returns {Rate} */
function rateOf(points, method) {
  const rate = {
    at: points.at(-1)?.at ?? 0,
    ms: points.length * state.everyMs,
    reads: 0,
    hits: 0,
    loads: 0,
    loadMs: 0,
  };
  for (const point of points) {
    const total = [point.reads, point.hits + point.sharedHits, point.loads, point.loadMs];
    const [reads = 0, hits = 0, loads = 0, loadMs = 0] = method === undefined ? total : (point.methods[method] ?? []);
    rate.reads += reads;
    rate.hits += hits;
    rate.loads += loads;
    rate.loadMs += loadMs;
  }
  return rate;
}

/** The last ten seconds. @param {string} [method] */
const rateNow = (method) =>
  rateOf(
    state.points.filter(({ at }) => at > serverNow() - nowMs - state.everyMs),
    method,
  );

/** In stretches of so many milliseconds, each from a round one on, so that a point never moves from one to another. @param {number} ms */
function rates(ms) {
  /** @type {Map<number, Point[]>} */
  const stretches = new Map();
  for (const point of state.points) {
    const stretch = Math.floor(point.at / ms);
    stretches.set(stretch, [...(stretches.get(stretch) ?? []), point]);
  }
  return [...stretches.values()].map((points) => rateOf(points, state.method));
}

/** @param {Rate} rate */
const hitShare = ({ reads, hits }) => (reads === 0 ? undefined : hits / reads);
/** @param {Rate} rate */
const readsPerSecond = ({ reads, ms }) => (ms === 0 ? 0 : (reads * 1_000) / ms);
/** @param {Rate} rate */
const loadsPerSecond = ({ loads, ms }) => (ms === 0 ? 0 : (loads * 1_000) / ms);
/** @param {Rate} rate */
const meanLoad = ({ loads, loadMs }) => (loads === 0 ? undefined : loadMs / loads);
/** What the loads took, spread over all reads: a hit takes no time to speak of. @param {Rate} rate */
const meanRead = ({ reads, loadMs }) => (reads === 0 ? undefined : loadMs / reads);

/** The upper bounds of a histogram's buckets, in milliseconds, as the library has them. */
const bounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** The bound that this share of the durations stays within. @param {Method['loads']} loads @param {number} share */
function quantile({ count, buckets }, share) {
  if (count === 0) return '–';
  let seen = 0;
  const bucket = buckets.findIndex((more) => (seen += more) >= count * share);
  const bound = bounds[bucket];
  return bound === undefined ? '> 10 s' : `≤ ${bound < 1_000 ? `${bound} ms` : `${bound / 1_000} s`}`;
}

/** What each reason means for whoever looks at it; in groups, as they are coloured. */
const reasons = {
  cold: 'read for the first time',
  expired: 'its time was over',
  evicted: 'others needed the room',
  invalidated: 'what it depends on had changed',
  fenced: 'what it depends on was about to change',
  'in transaction': 'reads there go to the database',
  incoherent: 'out of step',
  'redis error': 'what others keep could not be asked for',
  disabled: 'the cache is switched off',
  'too big': 'for the memory',
  'not cacheable': 'the result could not be copied faithfully',
};

/** @param {Method} method */
function totalsOf({ hits, sharedHits, joined, misses }) {
  const missed = Object.values(misses).reduce((sum, count) => sum + count, 0);
  const reads = hits + sharedHits + joined + missed;
  return { reads, missed, share: reads === 0 ? undefined : (hits + sharedHits) / reads };
}

/** @param {Method['misses']} misses the most frequent first */
const missesOf = (misses) =>
  Object.entries(misses)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);

/** How it stands, in a word and a sentence; `sign` is its shape and colour. */
function verdict() {
  const { status, connection } = state;
  if (connection === 'lost') {
    return { sign: 'unknown', word: 'Unknown', sentence: 'This page does not hear of the application any more.' };
  }
  if (!status) return { sign: 'unknown', word: 'Connecting', sentence: 'Nothing has been heard yet.' };

  const { statistics, configuration, instances } = status;
  if (!statistics.enabled) {
    return { sign: 'off', word: 'Switched off', sentence: 'Every read goes to its source.' };
  }
  if (!statistics.inStep) {
    return { sign: 'bad', word: 'Out of step', sentence: 'Reads go to the database.' };
  }
  const others = instances.filter(({ self, state: how }) => !self && how === 'in step').length;
  if (configuration.redis === null) {
    return { sign: 'good', word: 'In step', sentence: 'Alone: every write is its own, so it hears of each.' };
  }
  const whom = others === 0 ? 'No other instance shares its Redis.' : `With ${counted(others, 'other instance')}.`;
  return { sign: 'good', word: 'In step', sentence: whom };
}

/** What is wrong, what that means, and what to do. @returns {{ id: string, title: string, means: string, todo: string }[]} */
function troubles() {
  const { status, connection, refusal, heardAt } = state;
  const found = [];
  if (connection === 'lost') {
    found.push({
      id: 'lost',
      title: `No connection since ${time(heardAt)}`,
      means: `${refusal} What stands below is from then.`,
      todo: 'It is tried again by itself. If it stays so, see whether the application runs.',
    });
  }
  if (!status) return found;
  const { statistics, configuration, breaker, differences } = status;
  const { redis, fallbackTtl } = configuration;
  const old = fallbackTtl > 0 ? ` Answers may be up to ${fallbackTtl} s old (CACHE_FALLBACK_TTL).` : '';
  if (statistics.enabled && !statistics.inStep) {
    found.push({
      id: 'out of step',
      title: 'Out of step: this instance cannot hear what the others write',
      means: `So it asks the database instead of its memory: slower, and the database gets every read.${old}`,
      todo: `See whether Redis${redis ? ` at ${redis}` : ''} runs and can be reached from here. Nothing has to be restarted: it comes back by itself.`,
    });
  }
  if (breaker.open && statistics.inStep) {
    found.push({
      id: 'breaker',
      title: 'Redis does not answer and is left alone',
      means: 'No request waits for it. It is asked again every now and then.',
      todo: 'When it answers, this goes away.',
    });
  }
  if (differences.length > 0) {
    found.push({
      id: 'differences',
      title: `The audit found ${counted(differences.length, 'answer')} that differed from the source`,
      means: 'Something is written without the tags of what is read: people may see old data.',
      todo: 'See Findings for the evidence. Until it is mended, invalidate those tags by hand.',
    });
  }
  return found;
}

// Parts

/** Shapes, so that nothing is said by colour alone. */
const signs = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  bad: 'M12 4v10m0 5v.5',
  unknown: 'M8 9a4 4 0 1 1 6 3.5c-1.4.8-2 1.4-2 2.5m0 4v.5',
  off: 'M6 12h12',
};

/** @param {string} sign */
const signOf = (sign) =>
  svg(
    'svg',
    { class: `sign ${sign}`, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: signs[/** @type {keyof typeof signs} */ (sign)] }),
  );

/** A box that scrolls to the side by itself, also by keyboard. @param {string} label @param {...Node} children */
const scrolling = (label, ...children) =>
  el('div.scroll', { role: 'region', 'aria-label': label, tabindex: '0' }, ...children);

/**
 * On a phone each row becomes a card: styled as one, elements of a table are no table any more, unless their roles say so.
 * @template T
 * @param {{ caption: string, columns: readonly Column<T>[], items: readonly T[], key: (item: T) => string, empty: string, isChosen?: (item: T) => boolean }} options
 */
function table({ caption, columns, items, key, empty, isChosen = () => false }) {
  if (items.length === 0) return el('p.empty', empty);
  const head = columns.map(({ title, isNumber = false, order }) => {
    const { column, isDescending } = state.sort;
    const sorted = order && column === title ? (isDescending ? 'descending' : 'ascending') : undefined;
    const label = order ? button('sort', title, { 'data-key': title, class: 'sort' }) : title;
    return el(
      'th',
      { role: 'columnheader', scope: 'col', class: isNumber ? 'number' : '', 'aria-sort': sorted },
      label,
    );
  });
  const rows = items.map((item) =>
    el(
      'tr',
      { role: 'row', 'data-id': key(item), class: isChosen(item) ? 'chosen' : undefined },
      columns.map(({ title, isNumber = false, cell }, index) =>
        el(
          index === 0 ? 'th' : 'td',
          {
            role: index === 0 ? 'rowheader' : 'cell',
            scope: index === 0 ? 'row' : undefined,
            class: isNumber ? 'number' : '',
            'data-title': title,
          },
          cell(item),
        ),
      ),
    ),
  );
  const body = [
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, head)),
    el('tbody', { role: 'rowgroup' }, rows),
  ];
  return scrolling(caption, el('table', { role: 'table' }, el('caption.unseen', caption), body));
}

/** @param {string} title @param {Child} aside @param {...Child} children */
const panel = (title, aside, ...children) =>
  el('section.panel', { 'aria-label': title }, el('div.panel-head', el('h3', title), aside), ...children);

/** The first panel of a view: what the view is about has the focus when one comes to it. @param {string} label @param {Child} title @param {Child} aside @param {...Child} children */
const lead = (label, title, aside, ...children) =>
  el(
    'section.panel',
    { 'aria-label': label },
    el('div.panel-head', el('h2', { tabindex: '-1' }, title), aside),
    ...children,
  );

/** @param {string} text @param {string} [kind] */
const badge = (text, kind = '') => el('span', { class: `badge ${kind}` }, text);

/** @param {string} tag */
const tagButton = (tag) => button('tag', brief(tag), { class: 'tag', 'data-key': tag, title: `Entries with ${tag}` });

/** @param {string} key */
const keyButton = (key) => button('explain', brief(key), { class: 'key', 'data-key': key, title: `Explain ${key}` });

/** Shares of a whole, side by side. @param {string} label @param {readonly { kind: string, count: number }[]} shares */
function stackedBar(label, shares) {
  const sum = shares.reduce((total, { count }) => total + count, 0);
  let from = 0;
  const parts = shares.map(({ kind, count }) => {
    const width = (100 * count) / Math.max(1, sum);
    const part = svg('rect', { class: kind, x: `${from}%`, width: `${width}%`, height: '100%' });
    from += width;
    return part;
  });
  return svg('svg.stacked', { role: 'img', 'aria-label': label }, parts);
}

/** @param {string} reason */
const reasonClass = (reason) => `reason-${reason.replace(/\W+/g, '-')}`;

/** The next of 1, 2, 5, 10, 20 … @param {number} value */
function roundAbove(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.01)));
  return power * ([1, 2, 5].find((factor) => factor * power >= value) ?? 10);
}

const stretchMs = 6_000;
const plotWidth = 600;
const plotHeight = 100;

/** Where a moment of the last ten minutes stands. @param {number} at */
const across = (at) => plotWidth * Math.max(0, 1 - (serverNow() - at) / chartedMs);

/**
 * Where nothing was counted there is a gap. The first line has what lies below it shaded, the second is dashed.
 * @param {Line} line @param {{ index: number, points: readonly Rate[], top: number }} options
 */
function drawn({ of }, { index, points, top }) {
  /** @type {[x: number, y: number][][]} */
  const stretches = [];
  let last = -Infinity;
  for (const point of points) {
    const value = of(point);
    if (value === undefined) continue;
    if (point.at - last > 2.5 * stretchMs) stretches.push([]);
    stretches.at(-1)?.push([across(point.at), plotHeight * (1 - value / top)]);
    last = point.at;
  }
  const paths = stretches.map((stretch) => `M${stretch.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`);
  const line = svg(`path.line.line-${index}`, { d: paths.join('') });
  if (index > 0) return [line];

  const areas = paths.map((path, at) => `${path}V${plotHeight}H${stretches[at]?.[0]?.[0].toFixed(1)}Z`);
  return [svg('path.area', { d: areas.join('') }), line];
}

/** What an eye sees of a line, in words. @param {Line} line @param {readonly Rate[]} points */
function spoken({ name, of, say }, points) {
  const known = points.map(of).filter((value) => value !== undefined);
  const range = known.length === 0 ? 'nothing' : `from ${say(Math.min(...known))} to ${say(Math.max(...known))}`;
  return `${name}: now ${say(of(rateNow(state.method)))}; in the last ten minutes ${range}.`;
}

/** @param {Line} line @param {number} index */
function legend({ name, of, say }, index) {
  const sample = svg(`path.line.line-${index}`, { d: 'M0 3h22' });
  const picture = svg('svg', { viewBox: '0 0 22 6', 'aria-hidden': 'true' }, sample);
  return el('span.legend', picture, `${name} `, el('b', say(of(rateNow(state.method)))));
}

/**
 * The last ten minutes; what is shaded through and through was out of step.
 * @param {{ title: string, lines: readonly [Line, ...Line[]], most?: number }} options
 */
function chart({ title, lines, most }) {
  const points = rates(stretchMs);
  const values = lines.flatMap(({ of }) => points.map(of)).filter((value) => value !== undefined);
  const top = most ?? roundAbove(Math.max(...values, 0));
  const lapses = state.lapses.map(({ from, to }) =>
    svg('rect.lapse', { x: across(from), width: Math.max(2, across(to) - across(from)), height: plotHeight }),
  );
  const id = title.replace(/\W+/g, '-');
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${plotWidth} ${plotHeight}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-labelledby': `${id}-title`,
      'aria-describedby': `${id}-desc`,
    },
    svg('title', { id: `${id}-title` }, `${title}${state.method ? ` of ${state.method}` : ''}`),
    svg('desc', { id: `${id}-desc` }, lines.map((line) => spoken(line, points)).join(' ')),
    lapses,
    svg('path.grid', { d: [0, 0.5, 1].map((share) => `M0 ${plotHeight * share}H${plotWidth}`).join('') }),
    lines.map((line, index) => drawn(line, { index, points, top })),
  );
  const { say } = lines[0];
  const axis = (/** @type {string} */ name, /** @type {string[]} */ ...marked) =>
    el(
      `div.axis-${name}`,
      { 'aria-hidden': 'true' },
      marked.map((mark) => el('span', mark)),
    );
  return el(
    'figure.chart',
    { 'data-id': title },
    el('figcaption', el('span.chart-title', title), lines.map(legend)),
    el('div.plot', picture, axis('y', say(top), say(top / 2), '0')),
    axis('x', '10 min ago', '5 min', 'now'),
  );
}

// Frame: what stands around every view

const views = {
  overview: { title: 'Overview', paint: overview },
  entries: { title: 'Entries', paint: entries },
  transactions: { title: 'Transactions', paint: transactions },
  instances: { title: 'Instances', paint: instances },
  findings: { title: 'Findings', paint: findings },
};

function navigation() {
  const { differences = [], advice = [] } = state.status ?? {};
  const count = differences.length + advice.length;
  return Object.entries(views).map(([name, { title }]) =>
    el(
      'a',
      { href: `#${name}`, 'aria-current': state.view === name ? 'page' : undefined },
      title,
      name === 'findings' && count > 0 && el('span', { class: `count ${differences.length > 0 ? 'bad' : ''}` }, count),
    ),
  );
}

function controls() {
  const { connection, heardAt, isPaused } = state;
  const words = {
    connecting: 'Connecting',
    live: 'Live',
    lost: `Lost at ${time(heardAt)}`,
    paused: `Paused at ${time(heardAt)}`,
    refused: 'Not signed in',
  };
  return [
    el('span', { class: `state ${connection}` }, words[connection]),
    button('pause', isPaused ? 'Resume' : 'Pause', { 'data-id': 'pause' }),
    button('invalidate', 'Invalidate…', { 'data-id': 'invalidate' }),
  ];
}

const banners = () =>
  troubles().map(({ id, title, means, todo }) =>
    el(
      'section.banner',
      { 'data-id': id, 'aria-label': title },
      signOf('bad'),
      el('div', el('h2', title), el('p', means, ' ', el('b', todo))),
    ),
  );

function health() {
  const { sign, word, sentence } = verdict();
  return [
    el(
      'div',
      { class: `verdict ${sign}` },
      signOf(sign),
      el('div', el('h1', el('span.unseen', 'The cache: '), word), el('p', sentence)),
    ),
    state.status && el('dl.tiles', tiles(state.status)),
  ].filter((part) => part instanceof Node);
}

/** @param {Status} status */
function tiles({ statistics: { memory, inStep: isInStep }, breaker, configuration, instances: all }) {
  const now = rateNow();
  const { bytes, maxBytes, entries: kept } = memory;
  const inStep = all.filter((one) => one.state === 'in step').length;
  const redis =
    configuration.redis === null ? 'Not used' : breaker.open ? 'Left alone' : isInStep ? 'Answers' : 'Not heard';
  /** @type {[string, string, string, boolean?][]} */
  const facts = [
    ['Hit rate', percent(hitShare(now)), 'in the last 10 s'],
    ['Reads', `${short.format(readsPerSecond(now))}/s`, `${short.format(loadsPerSecond(now))} loads/s`],
    ['A read takes', duration(meanRead(now)), `a load ${duration(meanLoad(now))}`],
    ['Memory', size(bytes), `${short.format(kept)} entries, ${percent(bytes / maxBytes)}`],
    ['Redis', redis, configuration.redis ?? 'REDIS_URL is not set', breaker.open || !isInStep],
    ['Instances', whole.format(all.length), `${inStep} in step`, inStep < all.length],
  ];
  return facts.map(([name, value, note, isBad = false]) =>
    el('div', { class: isBad ? 'bad' : undefined }, el('dt', name), el('dd', value), el('dd.note', note)),
  );
}

function footer() {
  if (!state.status) return [];
  const { instance, uptimeMs, configuration } = state.status;
  return [
    el('span', `Seen from ${instance}`),
    el('span', `up for ${duration(uptimeMs)}`),
    el('span', `prefix ${configuration.prefix}`),
    el('span', 'times are UTC'),
  ];
}

// View: overview

function overview() {
  const methods = state.status?.statistics.methods ?? [];
  const { method } = state;
  const about = method === undefined ? 'all methods' : method;
  return [
    lead(
      'Over time',
      ['Over time, ', about],
      method !== undefined && button('method', 'Show all methods', { 'data-key': method }),
      el(
        'div.charts',
        chart({ title: 'Hit rate', most: 1, lines: [{ name: 'hits', of: hitShare, say: percent }] }),
        chart({
          title: 'Per second',
          lines: [
            { name: 'reads', of: readsPerSecond, say: (value) => short.format(value ?? 0) },
            { name: 'loads', of: loadsPerSecond, say: (value) => short.format(value ?? 0) },
          ],
        }),
        chart({
          title: 'Duration',
          lines: [
            { name: 'load', of: meanLoad, say: duration },
            { name: 'read', of: meanRead, say: duration },
          ],
        }),
      ),
      el('details.figures', el('summary', 'The same in figures'), figures()),
    ),
    panel('Methods', el('p.hint', 'Choose one to see it over time.'), methodTable(methods), reasonLegend(methods)),
  ];
}

function figures() {
  return table({
    caption: `By the half minute, the latest first, ${state.method ?? 'all methods'}`,
    columns: [
      { title: 'Until', cell: ({ at }) => time(at) },
      { title: 'Hit rate', isNumber: true, cell: (rate) => percent(hitShare(rate)) },
      { title: 'Reads/s', isNumber: true, cell: (rate) => short.format(readsPerSecond(rate)) },
      { title: 'Loads/s', isNumber: true, cell: (rate) => short.format(loadsPerSecond(rate)) },
      { title: 'A load', isNumber: true, cell: (rate) => duration(meanLoad(rate)) },
      { title: 'A read', isNumber: true, cell: (rate) => duration(meanRead(rate)) },
    ],
    items: rates(30_000).reverse(),
    key: ({ at }) => String(Math.floor(at / 30_000)),
    empty: 'Nothing has been counted yet.',
  });
}

/** @param {readonly Method[]} methods */
function methodTable(methods) {
  /** @type {Column<Method>[]} */
  const columns = [
    {
      title: 'Method',
      order: ({ name }) => name,
      cell: ({ name }) =>
        button('method', name, { class: 'key', 'data-key': name, 'aria-pressed': String(state.method === name) }),
    },
    {
      title: 'Reads',
      isNumber: true,
      order: (one) => totalsOf(one).reads,
      cell: (one) => whole.format(totalsOf(one).reads),
    },
    {
      title: 'Hit rate',
      isNumber: true,
      order: (one) => totalsOf(one).share ?? -1,
      cell: (one) => percent(totalsOf(one).share),
    },
    { title: 'Misses, by reason', order: (one) => totalsOf(one).missed, cell: missCell },
    {
      title: 'Load, half',
      isNumber: true,
      order: ({ loads }) => loads.sumMs / (loads.count || 1),
      cell: ({ loads }) => quantile(loads, 0.5),
    },
    { title: '95 %', isNumber: true, cell: ({ loads }) => quantile(loads, 0.95) },
    { title: 'Joined', isNumber: true, order: ({ joined }) => joined, cell: ({ joined }) => whole.format(joined) },
    {
      title: 'Differences',
      isNumber: true,
      order: ({ differences }) => differences,
      cell: ({ differences, audits }) =>
        differences > 0 ? badge(whole.format(differences), 'bad') : audits > 0 ? '0' : '–',
    },
  ];
  const { column, isDescending } = state.sort;
  const order = columns.find(({ title }) => title === column)?.order ?? (() => 0);
  const sorted = [...methods].sort((one, other) => {
    const [left, right] = [order(one), order(other)];
    return (left < right ? -1 : left > right ? 1 : 0) * (isDescending ? -1 : 1);
  });
  return table({
    caption: 'Cached methods, since the start',
    columns,
    items: sorted,
    key: ({ name }) => name,
    empty: 'No cached method has been read yet.',
    isChosen: ({ name }) => name === state.method,
  });
}

/** @param {Method} method */
function missCell({ misses }) {
  const found = missesOf(misses);
  if (found.length === 0) return '0';
  const words = found.map(([reason, count]) => `${reason} ${whole.format(count)}`);
  const shares = Object.keys(reasons).flatMap((reason) => ({ kind: reasonClass(reason), count: misses[reason] ?? 0 }));
  return el(
    'div.misses',
    { title: words.join(', ') },
    stackedBar(
      words.join(', '),
      shares.filter(({ count }) => count > 0),
    ),
    el('span', { 'aria-hidden': 'true' }, words.slice(0, 2).join(', '), words.length > 2 && ' …'),
  );
}

/** @param {readonly Method[]} methods */
function reasonLegend(methods) {
  const items = Object.entries(reasons).flatMap(([reason, meaning]) => {
    const count = methods.reduce((sum, { misses }) => sum + (misses[reason] ?? 0), 0);
    if (count === 0) return [];
    const swatch = svg(
      'svg.swatch',
      { 'aria-hidden': 'true' },
      svg('rect', { class: reasonClass(reason), width: '100%', height: '100%' }),
    );
    return [
      el('li', { 'data-id': reason }, swatch, el('b', reason), ` ${whole.format(count)}`, el('span', ` ${meaning}`)),
    ];
  });
  return items.length > 0 && el('ul.reasons', { 'aria-label': 'Why reads went to their source' }, items);
}

// View: entries

const pageSize = 50;

/** @param {Partial<Pick<Search, 'by' | 'text'>>} [changes] @param {string} [after] the last key of the page before */
async function search(changes = {}, after) {
  state.search = { ...state.search, ...changes, refusal: '' };
  const { by, text } = state.search;
  try {
    /** @type {Entries} */
    const found = await get('entries', { [by]: text === '' ? undefined : text, after, limit: pageSize });
    if (state.search.by !== by || state.search.text !== text) return;
    const before = after === undefined ? [] : (state.search.found?.entries ?? []);
    state.search = { ...state.search, found: { ...found, entries: [...before, ...found.entries] } };
  } catch (error) {
    state.search = { ...state.search, refusal: sentenceOf(error) };
  }
  repaint();
}

function entries() {
  const { by, text, found, refusal } = state.search;
  const choice = (/** @type {string} */ value, /** @type {string} */ label) =>
    el('label.choice', el('input', { type: 'radio', name: 'by', value, checked: by === value }), label);
  const form = el(
    'form.search',
    { 'data-do': 'search', role: 'search' },
    el(
      'label.field',
      el('span', 'Keys or tag'),
      el('input', { name: 'text', type: 'search', value: text, autocomplete: 'off', spellcheck: 'false' }),
    ),
    el(
      'fieldset',
      el('legend.unseen', 'What to look for'),
      choice('prefix', 'Keys that begin so'),
      choice('tag', 'Entries with the tag'),
    ),
    el('div.buttons', el('button.primary', { type: 'submit' }, 'Search'), button('explain-typed', 'Explain this key')),
  );
  return [
    lead('Search', 'Entries in this instance', undefined, form, el('p.refusal', refusal)),
    found && el('div.columns', tagList(found), entryList(found)),
  ].filter((part) => part instanceof Node);
}

/** @param {Entries} found */
function tagList({ tags }) {
  const rows = tags.map(({ tag, entries: count }) =>
    el('li', { 'data-id': tag }, tagButton(tag), el('span.number', whole.format(count))),
  );
  const list = rows.length > 0 ? el('ul.tags', { tabindex: '0', 'aria-label': 'Tags' }, rows) : el('p.empty', 'None.');
  return panel('Tags of these', undefined, list);
}

/** @param {Entries} found */
function entryList({ entries: found, total, next }) {
  const { by, text } = state.search;
  const isTag = by === 'tag' && text !== '';
  return panel(
    `${counted(total, 'entry', 'entries')}${text === '' ? '' : isTag ? ` with ${text}` : ` from ${text}`}`,
    isTag && button('invalidate-tag', 'Invalidate this tag…', { 'data-key': text }),
    table({
      caption: 'Entries',
      columns: [
        { title: 'Key', cell: ({ key }) => keyButton(key) },
        { title: 'State', cell: ({ live: isLive }) => (isLive ? badge('live', 'good') : badge('dead')) },
        {
          title: 'Tags',
          cell: ({ tags }) =>
            el('div.chips', tags.slice(0, 3).map(tagButton), tags.length > 3 && `and ${tags.length - 3} more`),
        },
        { title: 'Loaded', cell: ({ loadedAt }) => since(loadedAt) },
        { title: 'Took', isNumber: true, cell: ({ tookMs }) => duration(tookMs) },
        { title: 'Lasts', isNumber: true, cell: ({ expiresAt }) => duration(Math.max(0, expiresAt - serverNow())) },
        { title: 'Size', isNumber: true, cell: ({ bytes }) => size(bytes) },
      ],
      items: found,
      key: ({ key }) => key,
      empty: 'There is nothing. If you expected a key here, explain it: it may be known why it is gone.',
    }),
    next !== null && button('more', 'Show more', { class: 'more', 'data-key': next }),
  );
}

// View: transactions

const spans = { '2 s': 2_000, '10 s': 10_000, '1 min': 60_000, '10 min': 600_000 };
const marks = {
  committed: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  'rolled back': 'M-4-4 4 4M-4 4 4-4',
  open: 'M-4-5 4 0-4 5Z',
};

function transactions() {
  const told = state.transactions;
  const choices = Object.entries(spans).map(([label, ms]) =>
    button('span', label, { 'data-key': String(ms), 'aria-pressed': String(state.spanMs === ms) }),
  );
  return [
    lead(
      'Timeline',
      'Transactions and their fences',
      el('div.switch', { role: 'group', 'aria-label': 'How far back' }, choices),
      timeline(told),
      el(
        'ul.marks',
        { 'aria-label': 'Legend' },
        Object.entries(marks).map(([outcome, d]) =>
          el(
            'li',
            svg(
              'svg',
              { viewBox: '-7 -7 14 14', 'aria-hidden': 'true' },
              svg('path', { class: `mark ${dashed(outcome)}`, d }),
            ),
            outcome,
          ),
        ),
        el('li', 'A bar: as long as it stands, nobody answers from a cache what it is about to change.'),
      ),
    ),
    panel(
      'The last transactions',
      el('p.hint', `${counted(told.length, 'is', 'are')} remembered`),
      table({
        caption: 'Transactions, the latest first',
        columns: [
          { title: 'Fenced at', cell: ({ fencedAt }) => exactTime(fencedAt) },
          { title: 'Outcome', cell: ({ outcome }) => badge(outcome, dashed(outcome)) },
          { title: 'Fence stood', isNumber: true, cell: (one) => duration(one.fenceMs ?? serverNow() - one.fencedAt) },
          {
            title: 'Tags',
            cell: ({ tags, tagCount }) =>
              el(
                'div.chips',
                tags.slice(0, 4).map(tagButton),
                tagCount > 4 && `and ${tagCount - Math.min(4, tags.length)} more`,
              ),
          },
          {
            title: 'Instance',
            cell: ({ owner, self }) => [el('span.name', owner || 'nobody'), self && [' ', badge('this one')]],
          },
          { title: 'Position', isNumber: true, cell: ({ position }) => position ?? '–' },
        ],
        items: told.slice(0, 60),
        key: ({ fence }) => fence,
        empty: 'Nothing has been written yet.',
      }),
    ),
  ];
}

/** @param {string} words */
const dashed = (words) => words.replaceAll(' ', '-');

/** A lane for each instance. @param {readonly Transaction[]} told */
function timeline(told) {
  const { spanMs } = state;
  const end = serverNow();
  const seen = told.filter(({ settledAt }) => (settledAt ?? end) > end - spanMs);
  const owners = [...new Set(seen.map(({ owner }) => owner))].sort();
  if (owners.length === 0) return el('p.empty', 'Nothing was written in this time.');

  const x = (/** @type {number} */ at) => 100 * Math.min(1, Math.max(0, 1 - (end - at) / spanMs));
  return el(
    'div.timeline',
    owners.map((owner) => {
      const own = seen.filter((one) => one.owner === owner);
      const count = (/** @type {string} */ outcome) => own.filter((one) => one.outcome === outcome).length;
      const said = Object.keys(marks).map((outcome) => `${count(outcome)} ${outcome}`);
      const label = `${owner || 'nobody'}${own[0]?.self ? ' (this one)' : ''}`;
      const bars = own.map(({ fence, outcome, tags, fencedAt, settledAt, fenceMs }) => {
        const [from, to] = [x(fencedAt), x(settledAt ?? end)];
        return svg(
          'g',
          { 'data-id': fence },
          svg('title', `${outcome}: ${tags.join(', ')}, ${duration(fenceMs)}`),
          svg('rect', {
            class: `fence ${dashed(outcome)}`,
            x: `${from}%`,
            y: '11',
            width: `${to - from}%`,
            height: '6',
          }),
          svg(
            'svg',
            { x: `${to}%`, y: '14', overflow: 'visible' },
            svg('path', { class: `mark ${dashed(outcome)}`, d: marks[outcome] }),
          ),
        );
      });
      return el(
        'div.lane',
        { 'data-id': owner },
        el('span.name', label),
        svg('svg', { role: 'img', 'aria-label': `${label}: ${said.join(', ')}` }, bars),
      );
    }),
    el('div.axis-x', { 'aria-hidden': 'true' }, el('span', `${duration(spanMs)} ago`), el('span', 'now')),
  );
}

// View: instances

/** How long a lease is when it has just been given. */
const termMs = 1_000;

function instances() {
  if (!state.status) return [];
  const { instances: all, configuration, statistics } = state.status;
  return [
    lead(
      'Instances',
      counted(all.length, 'instance'),
      el('p.hint', 'A lease is the right to answer from memory. It runs out unless it is renewed.'),
      el('ul.cards', all.map(instanceCard)),
    ),
    panel('Since the start of this one', undefined, definitions(sinceStart(statistics))),
    panel(
      'Configuration',
      undefined,
      definitions(Object.entries(configuration).map(([name, value]) => [name, shown(value)])),
    ),
  ];
}

/** @param {Status['statistics']} statistics @returns {[string, string][]} */
const sinceStart = ({
  transactions: { committed, rolledBack, commitWaits },
  invalidations,
  lapses,
  faults,
  memory,
}) => [
  ['transactions', `${whole.format(committed)} committed, ${whole.format(rolledBack)} rolled back`],
  ['a commit waited', `${quantile(commitWaits, 0.5)} (half), ${quantile(commitWaits, 0.95)} (95 %)`],
  ['tags changed', whole.format(invalidations)],
  ['fell out of step', counted(lapses, 'time')],
  ['evicted', counted(memory.evictions, 'entry', 'entries')],
  ['expired', counted(memory.expirations, 'entry', 'entries')],
  ['faults', whole.format(faults)],
];

/** @param {unknown} value @returns {string} */
function shown(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(shown).join(', ') || '–';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const parts = Object.entries(value).map(([name, one]) => `${name} ${shown(one)}`);
  return parts.join(', ') || '–';
}

/** @param {readonly (readonly [string, Child])[]} facts */
const definitions = (facts) =>
  el(
    'dl.facts',
    facts.map(([name, value]) => el('div', el('dt', name), el('dd', value))),
  );

/** @param {Instance} instance */
function instanceCard({ name, self, position, state: how, leaseMs, seenAt, statistics }) {
  const isAlone = state.status?.configuration.redis === null;
  const isEndless = leaseMs === null && isAlone && how === 'in step';
  const left = isEndless
    ? 'has no end: it is alone'
    : leaseMs === null
      ? 'not told'
      : `${duration(Math.max(0, leaseMs))} left`;
  const share = isEndless ? 1 : Math.min(1, Math.max(0, (leaseMs ?? 0) / termMs));
  const reads = statistics && statistics.hits + statistics.misses;
  return el(
    'li.card',
    { 'data-id': name },
    el('div.card-head', el('b.name', name), self && badge('this one'), badge(how, how === 'in step' ? 'good' : 'bad')),
    svg(
      'svg.lease',
      { 'aria-hidden': 'true' },
      svg('rect.whole', { width: '100%', height: '100%' }),
      svg(`rect.left.${dashed(how)}`, { width: `${100 * share}%`, height: '100%' }),
    ),
    definitions([
      ['lease', left],
      ['position', position ?? '–'],
      ['hit rate', statistics && reads ? percent(statistics.hits / reads) : '–'],
      ['holds', statistics ? `${counted(statistics.entries, 'entry', 'entries')}, ${size(statistics.bytes)}` : '–'],
      ['heard', self ? 'now' : seenAt === undefined ? '–' : since(seenAt)],
    ]),
  );
}

// View: findings

function findings() {
  if (!state.status) return [];
  const { warmings, differences, advice } = state.status;
  return [
    lead(
      'Differences',
      'Differences that the audit found',
      undefined,
      differences.length === 0
        ? el('p.empty', 'None. Of every so many hits (CACHE_AUDIT_RATE) one is compared with its source.')
        : el('ul.cards', differences.map(differenceCard)),
    ),
    panel(
      'Warming',
      warmings.length > 0 && button('warm', 'Warm now'),
      warmings.length === 0
        ? el('p.empty', 'Nothing is to be warmed: no method says so.')
        : el('ul.cards', warmings.map(warmingCard)),
    ),
    panel('Advice', undefined, advice.length === 0 ? el('p.empty', 'None.') : el('ul.advice', advice.map(adviceLine))),
  ];
}

/** @param {Difference} difference */
function differenceCard({ key, name, at, kept, source, what, loadedAt, by, tags }) {
  return el(
    'li.card.bad',
    { 'data-id': `${key} ${at}` },
    el('div.card-head', el('b.name', name), badge('differs', 'bad'), el('span.hint', time(at))),
    keyButton(key),
    el('p', what),
    definitions([
      ['kept', el('code', kept)],
      ['in the source', el('code', source)],
      ['loaded', `${time(loadedAt)}${by ? ` by ${by}` : ''}`],
    ]),
    el('div.chips', tags.map(tagButton)),
  );
}

/** @param {Warming} warming */
function warmingCard({ name, state: how, total, done, loaded, failed, endedAt }) {
  const label = `${name}: ${whole.format(done)}${total === null ? '' : ` of ${whole.format(total)}`}`;
  const isUnderWay = how === 'running';
  return el(
    'li.card',
    { 'data-id': name },
    el('div.card-head', el('b.name', name), badge(how, how === 'failed' ? 'bad' : how === 'done' ? 'good' : '')),
    el('progress', {
      'aria-label': label,
      value: total === null && isUnderWay ? undefined : done,
      max: Math.max(1, total ?? done),
    }),
    el(
      'p.hint',
      `${whole.format(done)}${total === null ? '' : ` of ${whole.format(total)}`} looked at, ${whole.format(loaded)} loaded`,
      failed > 0 && `, ${whole.format(failed)} failed`,
      endedAt !== null && `, ended at ${time(endedAt)}`,
    ),
    button('warm', 'Warm this', { 'data-key': name, disabled: isUnderWay, 'aria-label': `Warm this: ${name}` }),
  );
}

/** @param {Advice} advice */
const adviceLine = ({ what, about, sentence }) =>
  el('li', { 'data-id': `${what} ${about}` }, badge(what), el('b.name', about), el('p', sentence));

/** What was typed into a field of the form. @param {HTMLFormElement} form @param {string} name */
function typed(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

// Dialogs

let dialogs = 0;

/** In front of the page; Escape closes it, and what had the focus before has it again. @param {string} title @param {...Child} children */
function openDialog(title, ...children) {
  const id = `dialog-${++dialogs}`;
  const dialog = el('dialog', { 'aria-labelledby': id }, el('h2', { id, tabindex: '-1' }, title), ...children);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const closeButton = (/** @type {string} */ label) => button('close', label, { autofocus: true });

/** @param {string} key */
async function explain(key) {
  const place = el('div.explanation', { 'aria-live': 'polite' }, el('p.hint', 'Asking…'));
  const dialog = openDialog(
    'Explained',
    el('p.about', key),
    place,
    el('div.actions', button('invalidate-key', 'Invalidate this key…', { 'data-key': key }), closeButton('Close')),
  );
  dialog.classList.add('wide');
  try {
    place.replaceChildren(...explanation(await get('explain', { key })));
  } catch (error) {
    place.replaceChildren(el('p.refusal', sentenceOf(error)));
  }
}

const sharedWords = {
  none: 'Redis has none',
  stands: 'also in Redis',
  dead: 'in Redis, and dead',
  unreachable: 'Redis did not answer',
  'no redis': 'no Redis is used',
};

/** @param {Explanation} explanation */
function explanation({ sentences, entry, lastMiss, gone, shared, differences }) {
  /** @type {[string, Child][]} */
  const facts = [['elsewhere', sharedWords[shared]]];
  if (entry) {
    facts.unshift(
      ['state', entry.live ? badge('live', 'good') : badge('dead', 'bad')],
      ['loaded', `${time(entry.loadedAt)} in ${duration(entry.tookMs)}${entry.by ? ` by ${entry.by}` : ''}`],
      ['stamp', `position ${entry.stamp.position} of ${brief(entry.stamp.epoch)}`],
      ['for whom', entry.scope ?? 'everybody'],
      ['lasts until', time(entry.expiresAt)],
      ['size', size(entry.bytes)],
    );
  }
  if (lastMiss)
    facts.push(['last miss', `${lastMiss.reason}, ${time(lastMiss.at)}${lastMiss.tag ? `, ${lastMiss.tag}` : ''}`]);
  if (gone) facts.push(['gone', `${gone.reason}, ${time(gone.at)}`]);
  return [
    el(
      'ol.story',
      sentences.map((sentence) => el('li', sentence)),
    ),
    definitions(facts),
    entry && el('h3', 'Tags'),
    entry && el('div.chips', entry.tags.length > 0 ? entry.tags.map(tagButton) : 'none'),
    differences.length > 0 && el('h3', 'Differences'),
    differences.length > 0 && el('ul.cards', differences.map(differenceCard)),
  ].filter((part) => part instanceof Node);
}

/** What an invalidation would hit in this instance. @param {Target} target @returns {Promise<DryRun>} */
async function dryRun({ tags, keys = [], all }) {
  if (all) return get('dry-run', { tag: '*' });
  if (tags) return get('dry-run', { tag: tags });
  const explained = await Promise.all(keys.map((key) => /** @type {Promise<Explanation>} */ (get('explain', { key }))));
  const found = explained.filter(({ entry }) => entry !== null);
  return {
    entries: found.length,
    bytes: found.reduce((sum, { entry }) => sum + (entry?.bytes ?? 0), 0),
    keys: found.map(({ key }) => key),
    methods: found.map(({ name }) => ({ name, entries: 1 })),
  };
}

/** @param {Target} target */
const wordsOf = ({ tags, keys = [] }) => (tags ?? keys).join(', ') || 'everything';

/** Says what would be hit, and does it only when that has been read. @param {Target} target */
async function askToInvalidate(target) {
  const place = el('div.explanation', { 'aria-live': 'polite' }, el('p.hint', 'Asking what it would hit…'));
  const refusal = el('p.refusal', { role: 'alert' });
  const go = el('button', { type: 'button', class: 'danger' }, 'Invalidate');
  const dialog = openDialog(
    `Invalidate ${wordsOf(target)}?`,
    place,
    refusal,
    el('div.actions', closeButton('Cancel'), go),
  );
  const run = async () => {
    if (go.ariaDisabled === 'true') return;
    go.ariaDisabled = 'true';
    refusal.textContent = '';
    try {
      const { reach } = /** @type {Invalidated} */ (await post('invalidate', target));
      dialog.close();
      announce(`${wordsOf(target)}: invalidated. ${reachOf(reach)}`);
      if (state.view === 'entries') await search();
    } catch (error) {
      refusal.textContent = sentenceOf(error);
    } finally {
      go.ariaDisabled = 'false';
    }
  };
  go.addEventListener('click', () => void run());
  try {
    place.replaceChildren(...forecast(await dryRun(target)));
  } catch (error) {
    place.replaceChildren(el('p.refusal', `It cannot be said what it would hit: ${sentenceOf(error)}`));
  }
}

/** @param {DryRun} dry */
function forecast({ entries: count, bytes, keys, methods }) {
  const list = methods.map(({ name, entries: of }) =>
    el('li', el('span.name', name), el('span.number', whole.format(of))),
  );
  return [
    el(
      'p',
      'In this instance it would hit ',
      el('b', `${counted(count, 'entry', 'entries')}, ${size(bytes)}`),
      '. Other instances and Redis are reached as well. Nothing is lost: whoever reads next asks the source.',
    ),
    list.length > 0 && el('ul.hit-methods', { 'aria-label': 'By method' }, list),
    keys.length > 0 &&
      el(
        'details',
        el('summary', keys.length < count ? `The first ${keys.length} keys` : 'Keys'),
        el(
          'ul.keys',
          { tabindex: '0', 'aria-label': 'Keys' },
          keys.map((key) => el('li', key)),
        ),
      ),
  ].filter((part) => part instanceof Node);
}

/** @param {Invalidated['reach']} reach */
function reachOf(reach) {
  if (reach === null) return '';
  const { confirmed, waitedOut, through } = reach;
  if (through === 'nothing') return 'The others could not be told yet.';
  if (through === 'record') return 'Redis was silent: it was told through the database.';
  const silent = waitedOut.length > 0 ? `, ${counted(waitedOut.length, 'lease')} waited out` : '';
  return confirmed.length > 0 ? `Confirmed by ${counted(confirmed.length, 'instance')}${silent}.` : '';
}

/** Tags, keys or everything: what exactly is asked next. */
function askWhatToInvalidate() {
  const choice = (/** @type {string} */ value, /** @type {string} */ label, checked = false) =>
    el('label.choice', el('input', { type: 'radio', name: 'what', value, checked }), label);
  const refusal = el('p.refusal', { role: 'alert' });
  const form = el(
    'form',
    { novalidate: true },
    el(
      'fieldset',
      el('legend', 'What is no longer true?'),
      choice('tags', 'Whatever has one of these tags', true),
      choice('keys', 'One key'),
      choice('all', 'Everything'),
    ),
    el(
      'label.field',
      el('span', 'Tags, separated by commas, or the key'),
      el('input', { name: 'text', autocomplete: 'off', spellcheck: 'false' }),
    ),
    refusal,
    el('div.actions', button('close', 'Cancel'), el('button.primary', { type: 'submit' }, 'See what it would hit')),
  );
  const dialog = openDialog('Invalidate', form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = typed(form, 'text');
    const what = typed(form, 'what');
    const tags = text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    if (what !== 'all' && tags.length === 0) {
      refusal.textContent = what === 'keys' ? 'Write the key.' : 'Write at least one tag, such as folder:7.';
      return;
    }
    dialog.close();
    void askToInvalidate(what === 'all' ? { all: true } : what === 'keys' ? { keys: [text] } : { tags });
  });
}

/** Whoever has no token, or the wrong one, is asked for one; it stays in this tab. */
function signIn() {
  const refusal = el('p.refusal', { role: 'alert' }, sessionStorage.getItem(tokenKey) === null ? '' : state.refusal);
  const form = el(
    'form.panel.sign-in',
    el('h1', 'Cache'),
    el('p.hint', 'Sign in to the application in this tab and come back, or paste a token. It stays in this tab.'),
    el(
      'label.field',
      el('span', 'Token'),
      el('input', { name: 'token', type: 'password', autocomplete: 'off', required: true }),
    ),
    refusal,
    el('div.actions', el('button.primary', { type: 'submit' }, 'Look')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(tokenKey, typed(form, 'token'));
    followOrNot();
  });
  return form;
}

// What is done on a click

let announced = 0;

/** Says what has been done, or what has become of the cache, to eyes and screen readers alike. @param {string} sentence */
function announce(sentence) {
  const turn = ++announced;
  byId('news').textContent = sentence;
  setTimeout(() => turn === announced && (byId('news').textContent = ''), 8_000);
}

/** @type {Record<string, (key: string, element: HTMLElement) => unknown>} */
const actions = {
  pause() {
    state.isPaused = !state.isPaused;
    followOrNot();
    announce(state.isPaused ? 'Paused.' : 'Live again.');
  },
  method(name) {
    state.method = state.method === name ? undefined : name;
  },
  sort(column) {
    const { sort } = state;
    state.sort = { column, isDescending: sort.column === column ? !sort.isDescending : column !== 'Method' };
  },
  span(ms) {
    state.spanMs = Number(ms);
  },
  search(_, form) {
    if (!(form instanceof HTMLFormElement)) return;
    return search({ by: typed(form, 'by') === 'tag' ? 'tag' : 'prefix', text: typed(form, 'text') });
  },
  more: (after) => search({}, after),
  tag(tag) {
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    state.search = { by: 'tag', text: tag, found: undefined, refusal: '' };
    if (state.view === 'entries') void showSearch();
    else location.hash = 'entries';
  },
  explain,
  'explain-typed'() {
    const input = document.querySelector('.search input[name=text]');
    const key = input instanceof HTMLInputElement ? input.value.trim() : '';
    if (key === '') return announce('Write the whole key first.');
    return explain(key);
  },
  invalidate: askWhatToInvalidate,
  'invalidate-tag': (tag) => askToInvalidate({ tags: [tag] }),
  'invalidate-key': (key) => askToInvalidate({ keys: [key] }),
  async warm(name) {
    try {
      await post('warm', name === '' ? {} : { name });
      announce(name === '' ? 'Warming has begun.' : `${name}: warming has begun.`);
    } catch (error) {
      announce(sentenceOf(error));
    }
  },
  close: (_, element) => element.closest('dialog')?.close(),
};

/** @param {Event} event @param {HTMLElement} element */
function act(event, element) {
  event.preventDefault();
  actions[element.dataset.do ?? '']?.(element.dataset.key ?? '', element);
  repaint();
}

document.addEventListener('click', (event) => {
  const element = event.target instanceof Element ? event.target.closest('[data-do]:not(form)') : null;
  if (element instanceof HTMLElement) act(event, element);
});
document.addEventListener('submit', (event) => {
  if (event.target instanceof HTMLFormElement && event.target.dataset.do) act(event, event.target);
});

// What is typed stays through every repaint; what is searched for otherwise has to be put there.
function showSearch() {
  const { by, text } = state.search;
  for (const input of document.querySelectorAll('.search input')) {
    if (!(input instanceof HTMLInputElement)) continue;
    if (input.name === 'text') input.value = text;
    else input.checked = input.value === by;
  }
  return search();
}

// Painting

/** What was said last of each, so that only a change is announced. */
let saidTroubles = '';
let isPaintDue = false;

/** However often it is asked for, once for each frame. */
function repaint() {
  if (isPaintDue) return;
  isPaintDue = true;
  requestAnimationFrame(() => {
    isPaintDue = false;
    paint();
  });
}

function paint() {
  const isRefused = state.connection === 'refused';
  const focused = document.activeElement;
  document.body.dataset.connection = state.connection;
  document.title = `${isRefused ? 'Sign in' : verdict().word} · Cache`;
  morph(byId('nav'), isRefused ? [] : navigation());
  morph(byId('controls'), isRefused ? [] : controls());
  morph(byId('banners'), isRefused ? [] : banners());
  morph(byId('health'), isRefused ? [] : health());
  morph(byId('footer'), isRefused ? [] : footer());
  if (!isRefused) morph(byId('view'), views[/** @type {keyof typeof views} */ (state.view)].paint());
  else if (!byId('view').querySelector('.sign-in')) byId('view').replaceChildren(signIn());
  // What is moved to another place loses the focus on the way.
  if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected) focused.focus();
  sayTroubles();
}

function sayTroubles() {
  const said = troubles()
    .map(({ title }) => title)
    .join('. ');
  if (said === saidTroubles) return;
  announce(said === '' ? 'All is well again.' : said);
  saidTroubles = said;
}

/** @param {boolean} isFirst */
function route(isFirst) {
  const name = location.hash.slice(1);
  if (name in views) state.view = name;
  else if (!isFirst) return;
  paint();
  if (state.view === 'entries') void showSearch();
  const heading = byId('view').querySelector('h2');
  if (!isFirst && heading instanceof HTMLElement) {
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

addEventListener('hashchange', () => route(false));
document.addEventListener('visibilitychange', followOrNot);
route(true);
followOrNot();
