// Who may see which text, as the tests know it without asking anybody: from who was made a member of which room.
import type { Audiences } from './judge.js';

export type Role = 'viewer' | 'editor' | 'owner';

export class Room {
  readonly id: string;
  /** By the name in the cast. */
  readonly members = new Map<string, Role>();
  /** Names, contents and ids in it, which members may see and nobody else. */
  readonly texts = new Set<string>();

  constructor(id: string) {
    this.id = id;
    this.texts.add(id);
  }
}

export class World {
  readonly #rooms: Room[] = [];
  readonly #people = new Map<string, readonly string[]>();
  readonly #gone = new Set<string>();
  readonly #signedOut = new Set<string>();

  /** These texts tell who somebody is: nobody's business but his, and that of the owners of his rooms. */
  person(who: string, texts: readonly string[]): void {
    this.#people.set(who, texts);
  }

  room(id: string): Room {
    const room = new Room(id);
    this.#rooms.push(room);
    return room;
  }

  /** From now on these are for nobody. */
  forget(room: Room, texts: Iterable<string>): void {
    for (const text of texts) {
      room.texts.delete(text);
      this.#gone.add(text);
    }
  }

  /** Whatever rooms this one is a member of, nothing is to be told to him any more. */
  signOut(who: string): void {
    this.#signedOut.add(who);
  }

  remove(room: Room): void {
    this.forget(room, room.texts);
    room.members.clear();
  }

  audiences(): Audiences {
    const audiences = new Map<string, ReadonlySet<string>>();
    const are = (texts: Iterable<string>, people: Iterable<string>) => {
      const audience = new Set([...people].filter((who) => !this.#signedOut.has(who)));
      for (const text of texts) audiences.set(text, audience);
    };
    are(this.#gone, []);
    for (const { texts, members } of this.#rooms) are(texts, members.keys());
    for (const [who, texts] of this.#people) are(texts, [who, ...this.#ownersOver(who)]);
    return audiences;
  }

  #ownersOver(who: string): string[] {
    const shared = this.#rooms.filter(({ members }) => members.has(who));
    return shared.flatMap(({ members }) => [...members].filter(([, role]) => role === 'owner').map(([owner]) => owner));
  }
}

/** While something changes, what was allowed before is as good as what is allowed after it. */
export function either(before: Audiences, after: Audiences): Audiences {
  const texts = new Set([...before.keys(), ...after.keys()]);
  return new Map([...texts].map((text) => [text, new Set([...(before.get(text) ?? []), ...(after.get(text) ?? [])])]));
}
