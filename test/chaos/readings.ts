/** The ways in which a data room is read, each with what an answer says of folders, files, members and usage. */
import type { Order, Reply } from './balancer.js';
import type { Saying } from './history.js';
import type { Answer } from './judge.js';
import type { Person, Room } from './rooms.js';

export interface Reading {
  readonly what: string;
  readonly order: Order;
  /** What it says; undefined if no such answer may be given. */
  readonly says: (reply: Reply) => Pick<Answer, 'sayings' | 'whole'> | undefined;
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly folderId: string;
  readonly userId: string;
  readonly role: string;
  readonly usage: { readonly files: number; readonly bytes: number };
  readonly items: readonly Row[];
}

const parsed = ({ text }: Reply) => JSON.parse(text) as Row;

const folderIs = (room: Room, { id, parentId, name }: Row): Saying => ({
  register: `folder:${id}`,
  is: { place: parentId ?? room.id, label: name },
});
const fileIs = ({ id, folderId, name }: Row): Saying => ({
  register: `file:${id}`,
  is: { place: folderId, label: name },
});
const isGone = (register: string): Saying => ({ register, is: { place: null, label: null } });
const nameIs = ({ id, name }: Row): Saying => ({ register: `room:${id}`, is: { place: '', label: name } });
const memberOf = (room: Room, { id }: Person) => `member:${room.id},${id}`;

const get = (path: string, { token }: Person): Order => ({ method: 'GET', path, token });

export function folderBy(room: Room, id: string): Reading {
  return {
    what: 'folder',
    order: get(`/folders/${id}`, room.owner),
    says: (reply) => {
      if (reply.status === 404) return { sayings: [isGone(`folder:${id}`)] };
      return reply.status === 200 ? { sayings: [folderIs(room, parsed(reply))] } : undefined;
    },
  };
}

export function fileBy(room: Room, id: string): Reading {
  return {
    what: 'file',
    order: get(`/files/${id}`, room.owner),
    says: (reply) => {
      if (reply.status === 404) return { sayings: [isGone(`file:${id}`)] };
      return reply.status === 200 ? { sayings: [fileIs(parsed(reply))] } : undefined;
    },
  };
}

export function contentsOf(room: Room, id: string): Reading {
  return {
    what: 'contents',
    order: get(`/folders/${id}/contents?limit=200`, room.owner),
    says: (reply) => {
      if (reply.status === 404) return { sayings: [isGone(`folder:${id}`)] };
      if (reply.status !== 200) return undefined;
      const sayings = parsed(reply).items.map((row) => (row.kind === 'folder' ? folderIs(room, row) : fileIs(row)));
      return { sayings, whole: { place: id, kinds: ['folder', 'file'] } };
    },
  };
}

export function foldersIn(room: Room, parent?: string): Reading {
  return {
    what: 'folders',
    order: get(`/data-rooms/${room.id}/folders?limit=200${parent ? `&parentId=${parent}` : ''}`, room.owner),
    says: (reply) => {
      if (reply.status !== 200) return undefined;
      const sayings = parsed(reply).items.map((row) => folderIs(room, row));
      return { sayings, whole: { place: parent ?? room.id, kinds: ['folder'] } };
    },
  };
}

export function pathTo(room: Room, id: string): Reading {
  return {
    what: 'path',
    order: get(`/folders/${id}/path`, room.owner),
    says: (reply) => {
      if (reply.status === 404) return { sayings: [isGone(`folder:${id}`)] };
      if (reply.status !== 200) return undefined;
      const { items } = parsed(reply);
      const sayings = items.map((row, at) => folderIs(room, { ...row, parentId: items[at - 1]?.id ?? null }));
      return { sayings: items.length > 0 ? sayings : [isGone(`folder:${id}`)] };
    },
  };
}

export function detailOf(room: Room): Reading {
  return {
    what: 'data room',
    order: get(`/data-rooms/${room.id}`, room.owner),
    says: (reply) => {
      if (reply.status !== 200) return undefined;
      const row = parsed(reply);
      const label = `${row.usage.files} ${row.usage.bytes}`;
      return { sayings: [nameIs(row), { register: `usage:${room.id}`, is: { place: room.id, label } }] };
    },
  };
}

export function membersOf(room: Room): Reading {
  return {
    what: 'members',
    order: get(`/data-rooms/${room.id}/members`, room.owner),
    says: (reply) => {
      if (reply.status !== 200) return undefined;
      const sayings = parsed(reply).items.map(({ userId, role }): Saying => ({
        register: `member:${room.id},${userId}`,
        is: { place: room.id, label: role },
      }));
      return { sayings, whole: { place: room.id, kinds: ['member'] } };
    },
  };
}

export const guestAccess = 'access of a guest';

/** Who was shown the door gets in no more. */
export function guestAt(room: Room): Reading {
  const { guest } = room;
  const register = memberOf(room, guest);
  return {
    what: guestAccess,
    order: get(`/folders/${room.folders[0]}`, guest),
    says: (reply) => {
      if (reply.status === 404) return { sayings: [{ register, outside: room.id }] };
      if (reply.status !== 200) return undefined;
      return { sayings: [{ register, inside: room.id }, folderIs(room, parsed(reply))] };
    },
  };
}

export function roomsOfGuest(rooms: readonly Room[]): Reading {
  const { guest } = rooms[0]!;
  return {
    what: 'data rooms of a guest',
    order: get('/data-rooms', guest),
    says: (reply) => {
      if (reply.status !== 200) return undefined;
      const found = new Map(parsed(reply).items.map((row) => [row.id, row]));
      const sayings = rooms.flatMap((room): Saying[] => {
        const row = found.get(room.id);
        const register = memberOf(room, guest);
        if (row === undefined) return [{ register, outside: room.id }];
        return [{ register, is: { place: room.id, label: row.role } }, nameIs(row)];
      });
      return { sayings };
    },
  };
}

/** Everything there is to read, once. */
export function everyReading(rooms: readonly Room[]): Reading[] {
  const ofRoom = (room: Room): Reading[] => {
    const folders = [...room.folders, ...room.wanderers];
    return [
      ...[...folders, ...room.passing.folders].map((id) => folderBy(room, id)),
      ...[...room.files, ...room.passing.files].map((id) => fileBy(room, id)),
      ...folders.flatMap((id) => [contentsOf(room, id), pathTo(room, id), foldersIn(room, id)]),
      foldersIn(room),
      detailOf(room),
      membersOf(room),
      guestAt(room),
    ];
  };
  return [...rooms.flatMap(ofRoom), roomsOfGuest(rooms)];
}
