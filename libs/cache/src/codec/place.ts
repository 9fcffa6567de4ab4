/** Where in a value an object stands: asked only of what could not be written, so that writing need not keep track. */
import { types } from 'node:util';
import { isIndex } from '../core/copy/kind.js';
import { KEYS, pathOf, type Step, VALUES } from '../core/copy/path.js';

export function placeOf(culprit: object, value: unknown): string {
  return pathOf('result', stepsTo(culprit, value, new Set()) ?? []);
}

function stepsTo(culprit: object, value: unknown, seen: Set<object>): Step[] | undefined {
  if (value === culprit) return [];
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [member, ...steps] of membersOf(value)) {
    const rest = stepsTo(culprit, member, seen);
    if (rest !== undefined) return [...steps, ...rest];
  }
  return undefined;
}

function* membersOf(value: object): Iterable<[member: unknown, ...steps: Step[]]> {
  if (types.isMap(value)) {
    let at = 0;
    for (const [key, item] of Map.prototype.entries.call(value)) {
      yield [key, KEYS, at];
      yield [item, VALUES, at++];
    }
  }
  if (types.isSet(value)) {
    let at = 0;
    for (const item of Set.prototype.values.call(value)) yield [item, VALUES, at++];
  }
  if (ArrayBuffer.isView(value)) return;
  for (const key of Reflect.ownKeys(value))
    yield [Reflect.get(value, key), Array.isArray(value) && isIndex(key) ? Number(key) : key];
}
