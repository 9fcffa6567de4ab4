// Two rooms and all sorts of people, who ask for everything in both.
import { randomUUID } from 'node:crypto';
import { Person, type Body } from '../support/data-room-person.js';
import { Caller } from './caller.js';
import type { Known } from './filling.js';
import type { Site } from './site.js';
import { Survey } from './survey.js';
import { World, type Role, type Room } from './world.js';

/** With a word that is found nowhere else, should it turn up where it must not. */
export const marked = (name: string) => `${name} mark${randomUUID().replaceAll('-', '')}`;

/** A room with a folder at the root level, and a file in it. */
export interface Place {
  readonly room: Room;
  readonly outer: Body;
  readonly file: Body;
}

/** With a folder in that folder, with a file in it, and another folder at the root level. */
export interface RichPlace extends Place {
  readonly inner: Body;
  readonly deepFile: Body;
  readonly aside: Body;
}

/** Of the own room, if they are not called otherwise. */
const registered = ['owner', 'editor', 'viewer', 'stranger', 'foreignOwner', 'foreignViewer'];
/** Without a token, and with one of a user who is no more. */
const nobodies = ['anonymous', 'ghost'];

export class Play {
  readonly #site: Site;
  readonly #caller = new Caller();
  readonly #meanwhile = new Caller();
  readonly #people = new Map<string, Person>();
  readonly #tokens = new Map<string, string>();
  readonly #rooms: Room[] = [];
  readonly world = new World();
  own!: RichPlace;
  foreign!: Place;

  private constructor(site: Site) {
    this.#site = site;
  }

  static async on(site: Site): Promise<Play> {
    const play = new Play(site);
    await Promise.all(registered.map((who) => play.#register(who)));
    play.#tokens.set('anonymous', '');
    play.#tokens.set('ghost', site.token(randomUUID()));
    const members = { editor: 'editor', viewer: 'viewer' } as const;
    play.own = await play.#enrich('owner', await play.#furnish('owner', members));
    play.foreign = await play.#furnish('foreignOwner', { foreignViewer: 'viewer' });
    return play;
  }

  id(who: string): string {
    return this.#person(who).id;
  }

  /** Somebody at one of the instances; there are as many as one counts. */
  at(turn: number, who: string): Person {
    const { instances } = this.#site;
    return this.#person(who).at(instances[turn % instances.length]!);
  }

  membership(who: string, { room }: Place): string {
    return `/data-rooms/${room.id}/members/${this.id(who)}`;
  }

  /** From now on this one asks with a token that ends at that time, or a second before it. */
  giveToken(who: string, expiresAt: number): void {
    this.#tokens.set(who, this.#site.token(this.id(who), expiresAt));
  }

  known(): Known {
    const { own, foreign } = this;
    const folders = [own.outer, own.inner, own.aside, foreign.outer].map(({ id }) => id);
    const files = [own.file, own.deepFile, foreign.file].map(({ id }) => id);
    const userIds = [this.id('viewer')];
    const ids = [...this.#rooms.map(({ id }) => id), ...folders, ...files, ...userIds, randomUUID()];
    return { ids, folders, userIds };
  }

  /** By everybody on all three instances, if nothing else is said. */
  survey(instances = this.#site.instances, people: readonly string[] = [...nobodies, ...registered]): Survey {
    const asking = (caller: Caller) => (place: string, who: string, request: Parameters<Caller['ask']>[2]) =>
      caller.ask(place, this.#tokens.get(who)!, request);
    return new Survey({
      ask: asking(this.#caller),
      askMeanwhile: asking(this.#meanwhile),
      oracle: this.#site.oracle,
      instances,
      people,
      scouts: ['anonymous', 'viewer', 'owner', 'foreignOwner'],
    });
  }

  /** A room that this one owns, with nothing in it. */
  async found(owner: string, turn = 0): Promise<Room> {
    const name = marked('room');
    const { id } = await this.at(turn, owner).room(name);
    const room = this.world.room(id);
    room.texts.add(name);
    room.members.set(owner, 'owner');
    this.#rooms.push(room);
    return room;
  }

  close(): void {
    this.#caller.close();
    this.#meanwhile.close();
  }

  #person(who: string): Person {
    const person = this.#people.get(who);
    if (!person) throw new Error(`There is nobody called ${who}.`);
    return person;
  }

  async #register(who: string): Promise<void> {
    const name = marked(who);
    const person = await Person.register(this.#site.instances[0]!, name);
    this.#people.set(who, person);
    this.#tokens.set(who, person.token);
    this.world.person(who, [person.id, person.email, name]);
  }

  async #furnish(owner: string, members: Readonly<Record<string, Role>>): Promise<Place> {
    const room = await this.found(owner);
    const outer = await this.#folder(owner, room, 'outer');
    const place = { room, outer, file: await this.#file(owner, room, outer) };
    for (const [who, role] of Object.entries(members)) {
      await this.at(0, owner).put(this.membership(who, place), { role });
      room.members.set(who, role);
    }
    return place;
  }

  async #enrich(owner: string, place: Place): Promise<RichPlace> {
    const { room, outer } = place;
    const inner = await this.#folder(owner, room, 'inner', outer.id);
    const deepFile = await this.#file(owner, room, inner);
    return { ...place, inner, deepFile, aside: await this.#folder(owner, room, 'aside') };
  }

  async #folder(owner: string, room: Room, name: string, parentId: string | null = null): Promise<Body> {
    const folder = await this.at(0, owner).folder(room.id, marked(name), parentId);
    for (const text of [folder.id, folder.name]) room.texts.add(text);
    return folder;
  }

  async #file(owner: string, room: Room, { id }: Body): Promise<Body> {
    const content = marked('content');
    const { body } = await this.at(0, owner).upload(`/folders/${id}/files`, marked('file'), content);
    for (const text of [body.id, body.name, body.sha256, content]) room.texts.add(text);
    return body;
  }
}
