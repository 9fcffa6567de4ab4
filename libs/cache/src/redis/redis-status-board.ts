import type { Cluster, Redis } from 'ioredis';
import type { Posted, StatusBoard, Summary } from '../core/insight/status-board.js';
import { board } from './scripts/board.js';
import { post } from './scripts/post.js';

type Command = (key: string, ...args: (string | number)[]) => Promise<unknown>;

export interface RedisStatusBoardParts {
  readonly client: Redis | Cluster;
  /** What goes through it answers in time or rejects; `patient` calls may take longer, because nobody waits for them. */
  readonly within: <T>(call: () => Promise<T>, patient: boolean) => Promise<T>;
  readonly prefix: string;
}

/** Who has said nothing for so long is not there any more. */
const staysMs = 60_000;

/** One hash for all instances of a prefix. Whatever else may stand in it is passed over. */
export class RedisStatusBoard implements StatusBoard {
  readonly #within: RedisStatusBoardParts['within'];
  readonly #client: Redis | Cluster;
  readonly #key: string;
  readonly #post: Command;
  readonly #board: Command;

  constructor({ client, within, prefix }: RedisStatusBoardParts) {
    this.#within = within;
    this.#client = client;
    this.#key = `{${prefix}}:status`;
    const [own, all] = Object.entries({ status_post: post, status_board: board }).map(([command, lua]) => {
      client.defineCommand(command, { numberOfKeys: 1, lua });
      return (client as unknown as Record<string, Command>)[command]!.bind(client);
    });
    this.#post = own!;
    this.#board = all!;
  }

  async post(name: string, summary: Summary): Promise<void> {
    await this.#within(() => this.#post(this.#key, name, JSON.stringify(summary), staysMs), true);
  }

  async read(): Promise<readonly Posted[]> {
    const flat = (await this.#within(() => this.#board(this.#key, staysMs), false)) as (string | number)[];
    return Array.from({ length: flat.length / 3 }, (_, index) => flat.slice(index * 3, index * 3 + 3)).flatMap(
      ([name, ageMs, text]) => {
        const summary = summaryIn(String(text));
        return summary === undefined ? [] : [{ name: String(name), ageMs: Number(ageMs), summary }];
      },
    );
  }

  async leave(name: string): Promise<void> {
    await this.#within(() => this.#client.hdel(this.#key, name), false);
  }
}

/** Undefined: of another version, or nobody's. */
function summaryIn(text: string): Summary | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof said !== 'object' || said === null) return undefined;
  const { member, inStep, leaseMs, hits, misses, bytes, entries } = said as Summary;
  const areCounts = [hits, misses, bytes, entries, leaseMs ?? 0].every((count) => Number.isFinite(count));
  if (typeof member !== 'string' || typeof inStep !== 'boolean' || !areCounts) return undefined;
  return { member, inStep, leaseMs: leaseMs ?? null, hits, misses, bytes, entries };
}
