import type { Tag } from '../coherence/tag.js';
import type { MethodCounts } from './insight/counts.js';
import type { Kept } from './entry.js';
import { CacheError } from './errors.js';
import type { Tell } from './events.js';
import type { CopyMode, Keeper } from './keeping.js';
import { kindOfKey } from './key.js';
import { contains, namesIn, nobody } from './scope.js';
import type { Shortcut } from './memory/shortcut.js';

/** One read: what is asked for, how it is loaded, and how long and under which tags the result holds. */
export interface Read<T> {
  readonly key: string;
  /** Who asks, for events: a method or a key's first parts, never arguments. */
  readonly name: string;
  /** Where it is counted. */
  readonly counts: MethodCounts;
  readonly copy: CopyMode;
  readonly timeoutMs?: number | undefined;
  /** How old an answer may be while out of step. */
  readonly fallbackMs: number;
  /** For whom the result holds, `dataroom=7`: a part of the key already, and here for the memory's fairness. */
  readonly scope?: string | undefined;
  load(): Promise<T>;
  tagsOf(value: T): readonly Tag[];
  /** Milliseconds; a result whose time is not above zero is not kept. Undefined: it has none of its own. */
  ttlOf(value: T): number | undefined;
  /** For a result that is kept: how the next reader may come by `key`. */
  shortcut?(): Shortcut | undefined;
  /** The same: how it is loaded anew before it expires. Undefined: it is not. */
  again?(): Again | undefined;
}

/** What an entry holds so that it can be loaded anew: the call that it came from, and nothing of whoever made it. */
export interface Again {
  readonly name: string;
  /** The last part of its life, from 0 to 1, in which that is done. */
  readonly part: number;
  /** Estimated bytes in memory. */
  readonly weight: number;
  /** The same call. Undefined, or with another key: it cannot be told any more. */
  read(): Read<unknown> | undefined;
}

/** A method whose tags or time cannot be told is answered, and never kept. */
export function termsOf<T>(read: Read<T>, value: T, tell: Tell): { tags: readonly Tag[]; ownMs: number | undefined } {
  let part: 'tags' | 'ttl' = 'tags';
  try {
    const tags = read.tagsOf(value);
    part = 'ttl';
    return { tags, ownMs: read.ttlOf(value) };
  } catch (error) {
    tell({ kind: 'misdeclared', name: read.name, part, error });
    return { tags: [], ownMs: -Infinity };
  }
}

/** Undefined: no copy of it would be faithful. */
export function admitted<T>(
  { name, copy }: Pick<Read<T>, 'name' | 'copy'>,
  value: T,
  keeper: Keeper,
  tell: Tell,
): Kept<T> | undefined {
  try {
    return keeper.keep(value, copy);
  } catch (error) {
    tell({ kind: 'refused', name, error });
    return undefined;
  }
}

/** What helped the result holds for fewer than the read says: the caller may have it, and nobody else. */
export function confined<T>(
  { name, scope }: Pick<Read<T>, 'name' | 'scope'>,
  helpers: ReadonlyMap<string, string>,
  prefix: string,
  tell: Tell,
): void {
  for (const [helper, key] of helpers) {
    // Why one of them does not know for whom it holds has been told of it.
    if (helper === nobody || contains(scope, helper)) continue;
    const who = scope === undefined ? 'everybody' : `one ${namesIn(scope)}`;
    const what = `It is made with the help of ${kindOfKey(key, prefix)}, which holds for one ${namesIn(helper)}`;
    const advice = `${name} says that it holds for ${who}. Give it the scope of what it calls, too, or load that afresh`;
    tell({ kind: 'confined', name, error: new CacheError('CACHE_SCOPE_TOO_WIDE', `${what}. ${advice}.`) });
  }
}
