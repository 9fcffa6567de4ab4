// @ts-check
/** @import { Session as Given, User } from './model.js' */

// The cache's own page, on the same origin, takes the token from here.
const tokenKey = 'data-room-token';
const userKey = 'data-room-user';

/** Who is signed in, for as long as the tab lives. */
export class Session {
  /** @returns {string | null} */
  get token() {
    return sessionStorage.getItem(tokenKey);
  }

  /** @returns {User | null} */
  get user() {
    return JSON.parse(sessionStorage.getItem(userKey) ?? 'null');
  }

  /** @param {Given} given */
  begin({ accessToken, user }) {
    sessionStorage.setItem(tokenKey, accessToken);
    sessionStorage.setItem(userKey, JSON.stringify(user));
  }

  end() {
    sessionStorage.removeItem(tokenKey);
    sessionStorage.removeItem(userKey);
  }
}
