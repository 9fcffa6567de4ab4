import { CacheError } from '../../core/errors.js';
import type { Runtime } from '../../core/runtime.js';

export type Class = abstract new (...args: never[]) => unknown;

interface Owner {
  readonly method: object;
  /** The class of the instance: what two classes inherit is theirs apart. */
  readonly actual: Class;
}

/** Which method of which class has which name, in one application: two of one name would answer each other's calls. */
export class MethodNames {
  static readonly #ofRuntimes = new WeakMap<Runtime, MethodNames>();
  readonly #owners = new Map<string, Owner>();

  static of(runtime: Runtime): MethodNames {
    let names = this.#ofRuntimes.get(runtime);
    if (names === undefined) this.#ofRuntimes.set(runtime, (names = new MethodNames()));
    return names;
  }

  /** Gives the reason why this method cannot have the name, if there is one. */
  refusal(name: string, method: object, actual: Class): CacheError | undefined {
    const owner = this.#owners.get(name);
    if (owner === undefined) this.#owners.set(name, { method, actual });
    if (owner === undefined || (owner.method === method && owner.actual === actual)) return undefined;
    const who = sentenceOf(owner.actual, actual);
    const advice = 'They would answer each other’s calls. Give one of them another name: @Cached({ name: … }).';
    return new CacheError('CACHE_NAME_TAKEN', `${who} called "${name}". ${advice}`);
  }
}

function sentenceOf(one: Class, other: Class): string {
  if (one === other) return `${one.name} has two cached methods`;
  const both = one.name === other.name ? `two classes named ${one.name}` : `${one.name} and ${other.name}`;
  return `${both} have a cached method`;
}
