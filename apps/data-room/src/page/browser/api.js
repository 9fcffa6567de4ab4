// @ts-check
import { Refusal } from './refusal.js';
/** @import { Answer, Trace } from './model.js' */
/** @import { Session } from './session.js' */

/**
 * The API, asked in the name of who is signed in. Tells every answer's trace to whoever listens, and when a session has
 * ended it has it renewed and asks again, so that nothing typed or chosen is lost.
 */
export class Api {
  #session;
  /** @type {Set<(trace: Trace) => void>} */
  #listeners = new Set();
  /** @type {() => Promise<boolean>} */
  #renew = async () => false;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /** @param {(trace: Trace) => void} listener */
  onAnswer(listener) {
    this.#listeners.add(listener);
  }

  /** @param {() => Promise<boolean>} renew signs in again; false: nobody wants to */
  renewWith(renew) {
    this.#renew = renew;
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<Answer<T>>}
   */
  async send(method, path, body) {
    const { response, trace } = await this.#fetch(method, path, body);
    const text = await response.text();
    return { body: text === '' ? undefined : JSON.parse(text), trace };
  }

  /** @template T @param {string} path @returns {Promise<Answer<T>>} */
  get(path) {
    return this.send('GET', path);
  }

  /** @param {string} path @returns {Promise<Blob>} */
  async download(path) {
    const { response } = await this.#fetch('GET', path);
    return response.blob();
  }

  /**
   * @param {string} path
   * @param {File} file
   * @param {{ onProgress: (share: number) => void, signal: AbortSignal }} options
   * @returns {Promise<void>}
   */
  async upload(path, file, options) {
    const { token } = this.#session;
    const { status, text } = await this.#transfer(path, file, { ...options, token });
    if (status === 401 && token && (await this.#isRenewed(token))) return this.upload(path, file, options);
    if (status >= 400) throw Refusal.from(status, text);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<{ response: Response, trace: Trace }>}
   */
  async #fetch(method, path, body) {
    // Who signs in has no say yet: a wrong password is no session that has ended.
    const token = path.startsWith('auth/') ? null : this.#session.token;
    const headers = {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    const json = body === undefined ? undefined : JSON.stringify(body);
    const begun = performance.now();
    const response = await fetch(path, { method, headers, body: json }).catch(() => {
      throw Refusal.silence();
    });
    const trace = {
      method,
      path,
      status: response.status,
      cache: response.headers.get('X-Cache') ?? '',
      ms: performance.now() - begun,
    };
    this.#tell(trace);
    if (response.ok) return { response, trace };

    const text = await response.text();
    if (response.status === 401 && token && (await this.#isRenewed(token))) return this.#fetch(method, path, body);
    throw Refusal.from(response.status, text);
  }

  /**
   * Not with fetch, which does not tell how much has been sent.
   * @param {string} path
   * @param {File} file
   * @param {{ token: string | null, onProgress: (share: number) => void, signal: AbortSignal }} options
   * @returns {Promise<{ status: number, text: string }>}
   */
  #transfer(path, file, { token, onProgress, signal }) {
    const request = new XMLHttpRequest();
    const begun = performance.now();
    request.open('POST', path);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 1);
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file);
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(Refusal.silence());
      request.onabort = () => reject(new Refusal(0, 'The upload was stopped.'));
      request.onload = () => {
        const { status, responseText: text } = request;
        const cache = request.getResponseHeader('X-Cache') ?? '';
        this.#tell({ method: 'POST', path, status, cache, ms: performance.now() - begun });
        resolve({ status, text });
      };
      request.send(form);
    });
  }

  /**
   * Another request may have renewed the session meanwhile.
   * @param {string} refused the token that has just been refused
   */
  async #isRenewed(refused) {
    const { token } = this.#session;
    return (token !== null && token !== refused) || this.#renew();
  }

  /** @param {Trace} trace */
  #tell(trace) {
    for (const listener of this.#listeners) listener(trace);
  }
}
