import { canonical, type Tag } from '../coherence/tag.js';

/**
 * How many milliseconds entries last by what they are of: the type of a tag, `folder` of `folder:7`, or the name of a read. In
 * lower case; `_` stands also for `-` and `.`, which no variable of an environment can have in its name.
 */
export type Ttls = ReadonlyMap<string, number>;

interface Kinds {
  /** Where nothing is said of what the entry is of. */
  readonly ttlMs: number;
  readonly ttls: Ttls;
}

interface Terms {
  /** Undefined: it has no time of its own. */
  readonly ownMs: number | undefined;
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** How long an entry lasts: as the shortest of what it is of, and one with a time of its own no longer than that. */
export function lifeMs({ ttlMs, ttls }: Kinds, { ownMs, name, tags }: Terms): number {
  if (ttls.size === 0) return ownMs ?? ttlMs;
  let shortest = msOf(ttls, name.toLowerCase()) ?? Infinity;
  for (const tag of tags) {
    const ms = msOf(ttls, typeOf(tag));
    if (ms !== undefined && ms < shortest) shortest = ms;
  }
  if (ownMs !== undefined) return Math.min(ownMs, shortest);
  return shortest === Infinity ? ttlMs : shortest;
}

function msOf(ttls: Ttls, kind: string): number | undefined {
  return ttls.get(kindIn(ttls, kind));
}

/** As the kind is called there, if it is. */
export function kindIn(ttls: Ttls, kind: string): string {
  return ttls.has(kind) ? kind : kind.replaceAll(/[-.]/g, '_');
}

/** `folder` of `folder:7`, `folder:*`, `type:folder` and `folder`. That of the tag of a key begins with `=`, as no name here does. */
export function typeOf(name: Tag): string {
  const tag = canonical(name);
  const colon = tag.indexOf(':');
  if (colon < 0) return tag;
  const first = tag.slice(0, colon);
  return first === 'type' ? tag.slice(colon + 1) : first;
}
