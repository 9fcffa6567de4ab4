/** The ways in which a data room is written. Each thing has one writer, who waits for each answer before its next write. */
import type { Order, Reply } from './balancer.js';
import type { State } from './history.js';
import { remember, type Room } from './rooms.js';
import type { Dice } from '../support/data-room-dice.js';

export interface Writing {
  readonly what: string;
  readonly order: Order;
  /** Of success, and others that are right as well: who is no member any more cannot be removed. */
  readonly wants: readonly [number, ...number[]];
  /** What is so once it is confirmed. */
  readonly makes?: (reply: Reply) => { readonly register: string; readonly state: State };
  readonly done?: (reply: Reply) => void;
}

const gone: State = { place: null, label: null };
const idIn = ({ text }: Reply) => (JSON.parse(text) as { id: string }).id;

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
      makes: ({ text }) => {
        const { parentId } = JSON.parse(text) as { parentId: string | null };
        return { register: `folder:${id}`, state: { place: parentId ?? this.#room.id, label: name } };
      },
      ...(home !== undefined && {
        done: ({ text }) => void this.#homes.set(id, (JSON.parse(text) as { parentId: string }).parentId),
      }),
    };
  }

  #move(id: string): Writing {
    const name = this.#name('moved');
    const parentId = this.#room.folders.find((folder) => folder !== this.#homes.get(id))!;
    return {
      what: 'move folder',
      order: this.#order('PATCH', `/folders/${id}`, { name, parentId }),
      wants: [200],
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
      makes: () => ({ register: `file:${id}`, state: { place: folderId, label: name } }),
    };
  }

  #invite(): Writing {
    const role = this.#dice.pick(['viewer', 'editor']);
    return {
      what: 'share',
      order: this.#order('PUT', this.#guestPath, { role }),
      wants: [200],
      makes: () => ({ register: this.#guest, state: { place: this.#room.id, label: role } }),
    };
  }

  #revoke(): Writing {
    return {
      what: 'revoke',
      order: this.#order('DELETE', this.#guestPath),
      wants: [204, 404],
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
