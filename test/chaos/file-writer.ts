import type { Dice } from '../support/data-room-dice.js';
import type { Order } from './balancer.js';
import { contentsOf, detailOf, fileBy, guestAt, membersOf } from './readings.js';
import { remember, type Room } from './rooms.js';
import { gone, idIn, type Writing } from './writing.js';

/** Writes the files of a data room, and who may see it. */
export class FileWriter {
  readonly #room: Room;
  readonly #dice: Dice;
  #passing: string | undefined;
  #count = 0;

  constructor(room: Room, dice: Dice) {
    this.#room = room;
    this.#dice = dice;
  }

  next(): Writing {
    const chance = this.#dice.below(100);
    if (chance < 35) return this.#change(this.#dice.pick(this.#room.files));
    if (chance < 75) return this.#dice.below(5) < 3 ? this.#invite() : this.#revoke();
    return this.#passing === undefined ? this.#upload() : this.#remove(this.#passing);
  }

  #change(id: string): Writing {
    const name = this.#name('file');
    const folderId = this.#dice.pick([...this.#room.folders, ...this.#room.wanderers]);
    return {
      what: 'move file',
      order: this.#order('PATCH', `/files/${id}`, { name, folderId }),
      wants: [200],
      shows: [fileBy(this.#room, id), contentsOf(this.#room, folderId)],
      makes: () => ({ register: `file:${id}`, state: { place: folderId, label: name } }),
    };
  }

  #invite(): Writing {
    const role = this.#dice.pick(['viewer', 'editor']);
    return {
      what: 'share',
      order: this.#order('PUT', this.#guestPath, { role }),
      wants: [200],
      shows: [guestAt(this.#room), membersOf(this.#room)],
      makes: () => ({ register: this.#guest, state: { place: this.#room.id, label: role } }),
    };
  }

  #revoke(): Writing {
    return {
      what: 'revoke',
      order: this.#order('DELETE', this.#guestPath),
      wants: [204, 404],
      shows: [guestAt(this.#room)],
      makes: () => ({ register: this.#guest, state: gone }),
    };
  }

  #upload(): Writing {
    const name = this.#name('passing');
    // Sizes differ, so that no two sums are the same for long.
    const content = 'x'.repeat(1 + (this.#count % 1_000));
    const folderId = this.#dice.pick([...this.#room.folders, ...this.#room.wanderers]);
    return {
      what: 'upload',
      order: { ...this.#order('POST', `/folders/${folderId}/files`), file: { name, content } },
      wants: [201],
      shows: [contentsOf(this.#room, folderId), detailOf(this.#room)],
      makes: (reply) => ({ register: `file:${idIn(reply)}`, state: { place: folderId, label: name } }),
      done: (reply) => {
        this.#passing = idIn(reply);
        remember(this.#room.passing.files, this.#passing);
      },
    };
  }

  #remove(id: string): Writing {
    this.#passing = undefined;
    return {
      what: 'remove file',
      order: this.#order('DELETE', `/files/${id}`),
      wants: [204],
      shows: [fileBy(this.#room, id), detailOf(this.#room)],
      makes: () => ({ register: `file:${id}`, state: gone }),
    };
  }

  get #guest(): string {
    return `member:${this.#room.id},${this.#room.guest.id}`;
  }

  get #guestPath(): string {
    return `/data-rooms/${this.#room.id}/members/${this.#room.guest.id}`;
  }

  #name(word: string): string {
    return `${word} ${this.#count++}`;
  }

  #order(method: string, path: string, body?: unknown): Order {
    return { method, path, body, token: this.#room.owner.token };
  }
}
