import type { Cluster, Redis } from 'ioredis';
import type { Coordinator, Enrolled, Grant, Raised, Settlement, Snapshot, Standing } from '../coherence/coordinator.js';
import type { Position } from '../coherence/change-list.js';
import type { Tag } from '../coherence/tag.js';
import { fence } from './scripts/fence.js';
import { flag } from './scripts/flag.js';
import { join } from './scripts/join.js';
import { open } from './scripts/open.js';
import { prelude } from './scripts/prelude.js';
import { purge } from './scripts/purge.js';
import { remove } from './scripts/remove.js';
import { renew } from './scripts/renew.js';
import { settle } from './scripts/settle.js';

const scripts = { join, renew, fence, settle, flag, remove, open, purge };
type Script = keyof typeof scripts;
/** No request and no commit waits for these; a renewal that is late is an acknowledgement all the same. */
const unawaited: ReadonlySet<Script> = new Set(['join', 'renew', 'purge']);
type Argument = string | number;
/** Arguments as arrays: there may be more of them than a call can spread. */
type Command = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

export interface RedisCoordinatorParts {
  readonly redis: Redis | Cluster;
  /** What goes through it answers in time or rejects; `patient` calls may take longer, because nobody waits for them. */
  readonly within: <T>(call: () => Promise<T>, patient: boolean) => Promise<T>;
  readonly prefix: string;
  readonly newId: () => string;
}

/** Keeps the list in Redis: every call is one script, and one round trip. */
export class RedisCoordinator implements Coordinator {
  readonly #parts: RedisCoordinatorParts;
  readonly #keys: readonly string[];
  readonly #channel: string;
  readonly #commands: Readonly<Record<Script, Command>>;

  constructor(parts: RedisCoordinatorParts) {
    const { redis, prefix } = parts;
    this.#parts = parts;
    this.#keys = ['list', 'changes', 'fences', 'members'].map((name) => `{${prefix}}:coherence:${name}`);
    this.#channel = channelOf(prefix);
    const commands = Object.entries(scripts).map(([name, lua]) => {
      const command = `coherence_${name}`;
      redis.defineCommand(command, { numberOfKeys: this.#keys.length, lua: prelude + lua });
      return [name, (redis as unknown as Record<string, Command>)[command]!.bind(redis)] as const;
    });
    this.#commands = Object.fromEntries(commands) as Record<Script, Command>;
  }

  async join(member: string): Promise<Snapshot> {
    const answer = (await this.#run('join', [nameOf(member)])) as [string, number, number, number, string[], string[]];
    const [epoch, position, floor, settled, changes, fences] = answer;
    return {
      epoch,
      position,
      floor,
      settled: settled === 1,
      changes: pairsOf(changes).map(([tag, at]): [Tag, Position] => [JSON.parse(tag) as Tag, Number(at)]),
      fences: withoutSentinel(fences).map(([, standing]) => JSON.parse(standing) as Standing),
    };
  }

  async renew(member: string, applied: Position, owners: readonly string[]): Promise<Grant> {
    const channels = owners.map((owner) => ownChannelOf(this.#parts.prefix, owner));
    const answer = (await this.#run('renew', [nameOf(member), applied, ...channels])) as [
      string,
      number,
      number,
      number,
    ];
    const [epoch, position, settled, granted] = answer;
    return { epoch, position, settled: settled === 1, granted: granted === 1 };
  }

  async fence(fences: readonly Standing[]): Promise<Raised> {
    const texts = fences.flatMap(({ fence: id, owner, tags, ref }) => [
      nameOf(id),
      JSON.stringify({ fence: id, owner, tags, ref }),
    ]);
    const answer = (await this.#run('fence', texts)) as [string, number, number, string[]];
    const [epoch, position, settled, members] = answer;
    return {
      epoch,
      position,
      settled: settled === 1,
      members: withoutSentinel(members).map(([id, state]): Enrolled => ({
        id: JSON.parse(id) as string,
        applied: Number(state.split(' ')[0]),
      })),
    };
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    const texts = settlements.flatMap(({ fence: id, changed }): Argument[] => [
      nameOf(id),
      changed.length,
      ...changed.map(nameOf),
    ]);
    await this.#run('settle', texts);
  }

  async flag(members: readonly string[], below: Position): Promise<readonly string[]> {
    const flagged = (await this.#run('flag', [below, ...members.map(nameOf)])) as string[];
    return flagged.map((name) => JSON.parse(name) as string);
  }

  async remove(members: readonly string[]): Promise<void> {
    await this.#run('remove', members.map(nameOf));
  }

  async open(epoch: string): Promise<void> {
    await this.#run('open', [epoch]);
  }

  async purge(most: number): Promise<void> {
    await this.#run('purge', [most]);
  }

  #run(script: Script, args: readonly Argument[]): Promise<unknown> {
    const { within, newId } = this.#parts;
    const call = () => this.#commands[script](this.#keys, [newId(), this.#channel, ...args]);
    return within(call, unawaited.has(script));
  }
}

/** Where everybody listens. */
export function channelOf(prefix: string): string {
  return `{${prefix}}:coherence:news`;
}

/** Where one member is told who has applied its fences. */
export function ownChannelOf(prefix: string, member: string): string {
  return `${channelOf(prefix)}:${member}`;
}

/** As scripts know it: quoted, so that it is never empty, and the same after any journey. */
function nameOf(name: string): string {
  return JSON.stringify(name);
}

function withoutSentinel(flat: readonly string[]): [string, string][] {
  return pairsOf(flat).filter(([name]) => name !== '');
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]);
}
