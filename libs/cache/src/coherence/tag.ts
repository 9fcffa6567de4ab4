/**
 * A tag is the name of something that can change: `folder:7`. A change to `folder:*` is a change to every `folder:…`, and a
 * change to `*` is a change to everything: that is how a write whose rows nobody knows still reaches each entry it may concern.
 */
export type Tag = string;

export const everything: Tag = '*';

/**
 * The same tag however it was spelled. Databases do not tell the upper case of a uuid from its lower case, and people do not
 * remember whether it was `dataRoom:7`; a tag that is too wide costs a load, one that is missed would cost the truth.
 */
export function canonical(tag: Tag): Tag {
  return tag.toLowerCase();
}

/** `folder:7` → `folder:*`; a tag without a colon belongs to no family. */
export function familyOf(tag: Tag): Tag | undefined {
  const colon = tag.indexOf(':');
  return colon < 0 ? undefined : tag.slice(0, colon + 1) + everything;
}

/**
 * All names under which a change can reach an entry: `own`, which is the entry's alone, its tags and their families.
 * Settled once an entry, so that a hit only looks them up.
 */
export function watchedBy(own: Tag, tags: Iterable<Tag>): readonly Tag[] {
  const watched = new Set<Tag>([everything, canonical(own)]);
  for (const name of tags) {
    const tag = canonical(name);
    const family = familyOf(tag);
    if (family !== undefined) watched.add(family);
    watched.add(tag);
  }
  return [...watched];
}
