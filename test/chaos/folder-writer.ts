import type { Dice } from '../support/data-room-dice.js';
import type { Order } from './balancer.js';
import { contentsOf, detailOf, folderBy, foldersIn, pathTo, type Reading } from './readings.js';
import { remember, type Room } from './rooms.js';
import { gone, idIn, type Writing } from './writing.js';

/** Writes the folders of a data room and its name. */
export class FolderWriter {
  readonly #room: Room;
  readonly #dice: Dice;
  readonly #homes: Map<string, string>;
  /** Of a folder made a moment ago, to be removed with what is in it. */
  #passing: string | undefined;
  #count = 0;

  constructor(room: Room, dice: Dice) {
    this.#room = room;
    this.#dice = dice;
    this.#homes = new Map(room.wanderers.map((id, at) => [id, room.folders[at]!]));
  }

  next(): Writing {
    const chance = this.#dice.below(100);
    if (chance < 45) return this.#rename(this.#dice.pick([...this.#room.folders, ...this.#room.wanderers]));
    if (chance < 60) return this.#move(this.#dice.pick(this.#room.wanderers));
    if (chance < 70) return this.#renameRoom();
    if (this.#passing === undefined) return this.#make();
    return this.#dice.below(2) === 0 ? this.#fill(this.#passing) : this.#remove(this.#passing);
  }

  #rename(id: string): Writing {
    const name = this.#name('folder');
    const home = this.#homes.get(id);
    // The answer to a move may have been lost: where a wanderer is, the answer says.
    return {
      what: 'rename folder',
      order: this.#order('PATCH', `/folders/${id}`, { name }),
      wants: [200],
      shows: [folderBy(this.#room, id), pathTo(this.#room, id), this.#listingOf(home)],
      makes: ({ text }) => {
        const { parentId } = JSON.parse(text) as { parentId: string | null };
        return { register: `folder:${id}`, state: { place: parentId ?? this.#room.id, label: name } };
      },
      ...(home !== undefined && {
        done: ({ text }) => void this.#homes.set(id, (JSON.parse(text) as { parentId: string }).parentId),
      }),
    };
  }

  #listingOf(home: string | undefined): Reading {
    return home === undefined ? foldersIn(this.#room) : contentsOf(this.#room, home);
  }

  #move(id: string): Writing {
    const name = this.#name('moved');
    const parentId = this.#room.folders.find((folder) => folder !== this.#homes.get(id))!;
    return {
      what: 'move folder',
      order: this.#order('PATCH', `/folders/${id}`, { name, parentId }),
      wants: [200],
      shows: [
        folderBy(this.#room, id),
        pathTo(this.#room, id),
        contentsOf(this.#room, parentId),
        contentsOf(this.#room, this.#homes.get(id)!),
      ],
      makes: () => ({ register: `folder:${id}`, state: { place: parentId, label: name } }),
      done: () => void this.#homes.set(id, parentId),
    };
  }

  #renameRoom(): Writing {
    const name = this.#name('room');
    return {
      what: 'rename data room',
      order: this.#order('PATCH', `/data-rooms/${this.#room.id}`, { name }),
      wants: [200],
      shows: [detailOf(this.#room)],
      makes: () => ({ register: `room:${this.#room.id}`, state: { place: '', label: name } }),
    };
  }

  #make(): Writing {
    const name = this.#name('passing');
    const parentId = this.#dice.pick([...this.#room.folders, ...this.#room.wanderers]);
    return {
      what: 'make folder',
      order: this.#order('POST', `/data-rooms/${this.#room.id}/folders`, { name, parentId }),
      wants: [201],
      shows: [contentsOf(this.#room, parentId), foldersIn(this.#room, parentId)],
      makes: (reply) => ({ register: `folder:${idIn(reply)}`, state: { place: parentId, label: name } }),
      done: (reply) => {
        this.#passing = idIn(reply);
        remember(this.#room.passing.folders, this.#passing);
      },
    };
  }

  #fill(folderId: string): Writing {
    const name = this.#name('below');
    return {
      what: 'upload',
      order: { ...this.#order('POST', `/folders/${folderId}/files`), file: { name, content: name } },
      wants: [201],
      shows: [detailOf(this.#room)],
      makes: (reply) => ({ register: `file:${idIn(reply)}`, state: { place: folderId, label: name } }),
      done: (reply) => remember(this.#room.passing.files, idIn(reply)),
    };
  }

  #remove(id: string): Writing {
    this.#passing = undefined;
    return {
      what: 'remove folder',
      order: this.#order('DELETE', `/folders/${id}`),
      wants: [204],
      shows: [folderBy(this.#room, id), detailOf(this.#room)],
      makes: () => ({ register: `folder:${id}`, state: gone }),
    };
  }

  #name(word: string): string {
    return `${word} ${this.#count++}`;
  }

  #order(method: string, path: string, body?: unknown): Order {
    return { method, path, body, token: this.#room.owner.token };
  }
}
