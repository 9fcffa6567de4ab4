/** Readers and writers who never rest for long, and tell the judge what they were told. */
import { setTimeout as pause } from 'node:timers/promises';
import { Dice } from '../support/data-room-dice.js';
import type { Balancer } from './balancer.js';
import { FileWriter } from './file-writer.js';
import { FolderWriter } from './folder-writer.js';
import type { Instance } from './instance.js';
import type { Judge } from './judge.js';
import {
  contentsOf,
  detailOf,
  everyReading,
  fileBy,
  folderBy,
  foldersIn,
  guestAt,
  membersOf,
  pathTo,
  roomsOfGuest,
  type Reading,
} from './readings.js';
import type { Room } from './rooms.js';
import type { Tally } from './tally.js';
import type { Writing } from './writing.js';

export interface Cast {
  readonly balancer: Balancer;
  readonly judge: Judge;
  readonly tally: Tally;
  readonly rooms: readonly Room[];
  readonly seed: number;
}

const readers = 10;
const mostGlances = 40;
const readerRestsMs = 30;
const writerRestsMs = 240;

export class Load {
  readonly #cast: Cast;
  readonly #work: Promise<void>[] = [];
  /** Reads that nobody waits for, of what was just written. */
  readonly #glances = new Set<Promise<void>>();
  readonly #verdicts = new Set<Promise<void>>();
  #going = true;

  constructor(cast: Cast) {
    this.#cast = cast;
    const { rooms, seed } = cast;
    for (let reader = 0; reader < readers; reader++) this.#work.push(this.#keepReading(new Dice(seed + reader)));
    for (const [at, room] of rooms.entries()) {
      this.#work.push(this.#keepWriting(new FolderWriter(room, new Dice(seed + 100 + at)), new Dice(seed + 200 + at)));
      this.#work.push(this.#keepWriting(new FileWriter(room, new Dice(seed + 300 + at)), new Dice(seed + 400 + at)));
    }
  }

  /** Nobody begins anything new; resolves when everything has been answered and judged. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#work);
    await Promise.all(this.#glances);
    await Promise.all(this.#verdicts);
  }

  async #keepReading(dice: Dice): Promise<void> {
    while (this.#going) {
      await this.#read(chosen(this.#cast.rooms, dice));
      await pause(dice.below(readerRestsMs));
    }
  }

  async #read({ what, order, says }: Reading, first?: Instance): Promise<void> {
    const { balancer, judge, tally } = this.#cast;
    const reply = await balancer.send({ ...order, ...(first && { first }) });
    const said = says(reply);
    if (said === undefined) return tally.failed(`read ${what}`, reply);
    const { from, to, instance } = reply;
    const verdict = judge.judge({ who: instance.name, what, from, to, ...said }).then((given) => {
      tally.read(reply, given);
      this.#verdicts.delete(verdict);
    });
    this.#verdicts.add(verdict);
  }

  /** What another instance makes of it: at once, and although it may be standing still. */
  #lookAt(reading: Reading, writer: Instance): void {
    if (this.#glances.size >= mostGlances) return;
    const glance = this.#read(reading, this.#cast.balancer.anotherThan(writer)).then(() => {
      this.#glances.delete(glance);
    });
    this.#glances.add(glance);
  }

  async #keepWriting(writer: FolderWriter | FileWriter, dice: Dice): Promise<void> {
    while (this.#going) {
      await this.#write(writer.next(), dice);
      await pause(dice.below(writerRestsMs));
    }
  }

  async #write({ what, order, wants, makes, done, shows }: Writing, dice: Dice): Promise<void> {
    const { balancer, judge, tally } = this.#cast;
    const reply = await balancer.send(order);
    const { status, from, to, instance } = reply;
    if (!wants.includes(status)) return tally.failed(what, reply);
    tally.wrote(reply);
    if (status !== wants[0]) return;
    if (makes !== undefined) {
      const { register, state } = makes(reply);
      judge.confirmed({ register, ...state, from, at: to });
    }
    done?.(reply);
    this.#lookAt(dice.pick(shows), instance);
  }
}

function chosen(rooms: readonly Room[], dice: Dice): Reading {
  const room = dice.pick(rooms);
  const stays = dice.pick([...room.folders, ...room.wanderers]);
  const chance = dice.below(100);
  if (chance < 15) return folderBy(room, dice.pick([stays, stays, ...room.passing.folders]));
  if (chance < 30) return fileBy(room, dice.pick([...room.files, ...room.passing.files]));
  if (chance < 45) return contentsOf(room, stays);
  if (chance < 55) return foldersIn(room, dice.pick([undefined, stays]));
  if (chance < 65) return pathTo(room, stays);
  if (chance < 75) return detailOf(room);
  if (chance < 80) return membersOf(room);
  return chance < 95 ? guestAt(room) : roomsOfGuest(rooms);
}

/** When all is quiet: what each instance says of everything, twice, for the second answer may come from what the first left. */
export async function survey(cast: Cast, instances: readonly Instance[]): Promise<string[]> {
  const { balancer, judge, rooms } = cast;
  const ask = async (at: Instance, { what, order, says }: Reading): Promise<() => Promise<string>> => {
    const reply = await balancer.send({ ...order, at });
    const said = says(reply);
    if (said === undefined) return async () => `${at.name} ${what}: ${reply.status} ${reply.trouble} ${reply.text}`;
    const { from, to } = reply;
    const verdict = judge.judge({ who: at.name, what, from, to, ...said });
    return async () => (await verdict).sentence;
  };
  const complaints = await Promise.all(
    instances.map(async (at) => {
      const verdicts: (() => Promise<string>)[] = [];
      for (const reading of [...everyReading(rooms), ...everyReading(rooms)]) verdicts.push(await ask(at, reading));
      return Promise.all(verdicts.map((verdict) => verdict()));
    }),
  );
  return complaints.flat().filter((complaint) => complaint !== '');
}
