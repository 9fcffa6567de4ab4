/**
 * For whom a result holds, as text: `dataroom=7` or `tenant=acme,user=7`. It is a part of the key, and what is made with the help
 * of a result holds for nobody else. Injective and canonical, as arguments are. Undefined: for everybody.
 */
import { encodePart } from './argument.js';

export type ScopeValue = string | number | bigint;

/** Names and values: `{ tenant: 'acme', user: 7 }`. */
export type Scope = Readonly<Record<string, ScopeValue>>;

/** What a name stands for in what surrounds a call: a request, a job. */
export type Surroundings = (name: string) => unknown;

/** The scope of a result of which nobody can say for whom it holds: no other contains it. */
export const nobody = '?';

/** Stands before the scope in a key, and is no part of the name before it. */
export const scopeSign = ':@';

/** `user=7`. Undefined: there is no such value. */
export function scopePart(name: string, value: unknown): string | undefined {
  if (!isScopeValue(value)) return undefined;
  const text = encodePart(value, 0);
  // No comma and no colon is in a part, so that parts can be told from each other, and a scope from the rest of its key.
  return `${name}=${text.startsWith('"') ? text.replace(/[,:]/g, escaped) : text}`;
}

export function scopeOf(parts: readonly string[]): string {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : [...new Set(parts)].sort().join(',');
}

/** For whom something holds that was made with the help of these: `own`, if that contains them all. */
export function narrowest(own: string | undefined, helpers: readonly string[]): string | undefined {
  if (helpers.every((helper) => contains(own, helper))) return own;
  return scopeOf([...(own === undefined ? [] : [own]), ...helpers].flatMap(partsOf));
}

/** Does what holds for `own` hold for nobody beyond `helper`? */
export function contains(own: string | undefined, helper: string): boolean {
  if (own === helper) return true;
  const parts = own === undefined ? [] : partsOf(own);
  return partsOf(helper).every((part) => parts.includes(part));
}

/** `tenant and user`: what may be said of a scope in a log. */
export function namesIn(scope: string): string {
  return partsOf(scope)
    .map((part) => part.slice(0, part.indexOf('=')))
    .join(' and ');
}

/** Of an entry of which nothing is known but the key. */
export function scopeInKey(key: string): string | undefined {
  const at = key.indexOf(scopeSign);
  const end = at < 0 ? -1 : key.indexOf(':', at + scopeSign.length);
  return end < 0 ? undefined : key.slice(at + scopeSign.length, end);
}

/** The parts of the scope in a key: `room=7`. */
export function partsInKey(key: string): readonly string[] {
  const scope = scopeInKey(key);
  return scope === undefined ? [] : partsOf(scope);
}

/** What changes when everything that holds for it is to be forgotten: `scope:room=7`. */
export function tagsOfScope(scope: string | undefined): readonly string[] {
  return scope === undefined ? [] : partsOf(scope).map((part) => `scope:${part}`);
}

export function partsOf(scope: string): string[] {
  return scope.split(',');
}

function isScopeValue(value: unknown): value is ScopeValue {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'bigint';
}

function escaped(char: string): string {
  return char === ',' ? '\\u002c' : '\\u003a';
}
