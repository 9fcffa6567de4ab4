// What happens in the two rooms, one thing after the other: who may enter changes, and what is in them.
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Body, Person } from '../support/data-room-person.js';
import { marked, type Play } from './play.js';
import type { Role } from './world.js';

export interface Change {
  readonly says: string;
  /** For whom something is different afterwards. */
  readonly concerns: string;
  /** Done before anybody reads. */
  readonly prepare?: (play: Play) => void;
  /** Resolves when a data room has answered; what follows from that is known then. */
  readonly make: (play: Play, turn: number) => Promise<unknown>;
}

type Which = 'own' | 'foreign';

interface Move {
  readonly turn: number;
  readonly parentId?: null;
  readonly folderId?: string;
}

const tokenLastsMs = 2_000;

function becomes(who: string, role: Role, { of, by }: { of: Which; by: string }): Change {
  const make = async (play: Play, turn: number) => {
    await done(play.at(turn, by).put(play.membership(who, play[of]), { role }));
    play[of].room.members.set(who, role);
  };
  return { says: `${who} becomes ${role} of the ${of} room`, concerns: who, make };
}

function isRemoved(who: string, { from, by }: { from: Which; by: string }): Change {
  const make = async (play: Play, turn: number) => {
    await done(play.at(turn, by).delete(play.membership(who, play[from])));
    play[from].room.members.delete(who);
  };
  return { says: `${who} is removed from the ${from} room`, concerns: who, make };
}

/** A folder or file of the own room gets a new name, and another place. */
async function move(play: Play, which: 'inner' | 'file', { turn, ...place }: Move) {
  const thing = play.own[which];
  const name = marked('moved');
  await done(play.at(turn, 'viewer').patch(pathOf(thing), { name, ...place }));
  play.world.forget(play.own.room, [thing.name]);
  play.own.room.texts.add(name);
  play.own = { ...play.own, [which]: { ...thing, name } };
}

/** A folder or file of the own room is deleted, with what is in it. */
async function remove(play: Play, [thing, ...inIt]: readonly [Body, ...Body[]], turn: number) {
  await done(play.at(turn, 'viewer').delete(pathOf(thing)));
  const texts = [thing, ...inIt].flatMap(({ id, name, sha256 }) => [id, name, sha256]);
  play.world.forget(play.own.room, texts.filter(Boolean)); // folders have no hash
}

const pathOf = ({ id, sha256 }: Body) => `/${sha256 ? 'files' : 'folders'}/${id}`;

/** A few of them need what those before them have made. */
export const changes: readonly Change[] = [
  isRemoved('viewer', { from: 'own', by: 'owner' }),
  becomes('viewer', 'editor', { of: 'own', by: 'owner' }),
  becomes('stranger', 'viewer', { of: 'own', by: 'owner' }),
  becomes('viewer', 'owner', { of: 'own', by: 'owner' }),
  becomes('owner', 'viewer', { of: 'own', by: 'viewer' }),
  becomes('editor', 'viewer', { of: 'foreign', by: 'foreignOwner' }),
  isRemoved('editor', { from: 'own', by: 'viewer' }),
  {
    says: 'a folder and a file are renamed and moved',
    concerns: 'stranger',
    make: (play, turn) =>
      Promise.all([
        move(play, 'inner', { turn, parentId: null }),
        move(play, 'file', { turn: turn + 1, folderId: play.own.aside.id }),
      ]),
  },
  {
    says: 'a file and a folder with what is in it are deleted',
    concerns: 'stranger',
    make: (play, turn) => {
      const { inner, deepFile, file } = play.own;
      return Promise.all([remove(play, [file], turn), remove(play, [inner, deepFile], turn + 1)]);
    },
  },
  {
    says: 'a token expires',
    concerns: 'editor',
    prepare: (play) => play.giveToken('editor', Date.now() + tokenLastsMs),
    make: async (play) => {
      await pause(tokenLastsMs);
      play.world.signOut('editor');
    },
  },
  {
    says: 'the own room is deleted',
    concerns: 'viewer',
    make: async (play, turn) => {
      await done(play.at(turn, 'viewer').delete(`/data-rooms/${play.own.room.id}`));
      play.world.remove(play.own.room);
    },
  },
  {
    says: 'somebody opens a room',
    concerns: 'owner',
    make: (play, turn) => play.found('owner', turn),
  },
];

async function done(asked: ReturnType<Person['get']>): Promise<void> {
  const { status, text }: Answer = await asked;
  if (status >= 300) throw new Error(`The change was answered with ${status} ${text}.`);
}
