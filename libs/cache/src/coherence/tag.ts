/**
 * A tag is the name of something that can change: `folder:7`. A change to `folder:*` is a change to every `folder:…`, and a
 * change to `*` is a change to everything: that is how a write whose rows nobody knows still reaches each entry it may concern.
 */
export type Tag = string;

export const everything: Tag = '*';

/**
 * The same tag however it was spelled. Databases do not tell the upper case of a uuid from its lower case, and people do not
 * remember whether it was `dataRoom:7`; a tag that is too wide costs a load, one that is missed would cost the truth.
 * A key is always spelled in one way.
 */
export function canonical(tag: Tag): Tag {
  return tag.startsWith('=') ? tag : tag.toLowerCase();
}

/** `folder:7` → `folder:*`; a tag without a colon belongs to no family, and neither does the tag of a key. */
export function familyOf(tag: Tag): Tag | undefined {
  const colon = tag.indexOf(':');
  return colon < 0 || tag.startsWith('=') ? undefined : tag.slice(0, colon + 1) + everything;
}

/** What a change to this tag changes: the tag, and whatever depends on any member of its family. */
export function changedWith(name: Tag): Tag[] {
  const tag = canonical(name);
  const family = familyOf(tag);
  return family === undefined ? [tag] : [tag, anyOf(family)];
}

/**
 * All names under which a change can reach an entry: `own`, which is the entry's alone, its tags and their families. An entry
 * tagged `folder:*` depends on every folder. Settled once an entry, so that a hit only looks them up.
 */
export function watchedBy(own: Tag, tags: Iterable<Tag>): readonly Tag[] {
  const watched = new Set<Tag>([everything, canonical(own)]);
  for (const name of tags) {
    const tag = canonical(name);
    const family = familyOf(tag);
    if (family !== undefined) watched.add(family);
    watched.add(tag === family ? anyOf(family) : tag);
  }
  return [...watched];
}

/** Is it one that somebody may have named? Not `folder:?`, which stands beside every `folder:7` that has changed. */
export function isNamed(tag: Tag): boolean {
  return !tag.endsWith(':?') || tag.startsWith('=');
}

/** `folder:*` → `folder:?`: changes whenever a member does, where `folder:*` changes when all of them do. */
function anyOf(family: Tag): Tag {
  return `${family.slice(0, -1)}?`;
}
