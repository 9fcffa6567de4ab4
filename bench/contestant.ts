import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Name, Request } from './contestant.child.js';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** The parent's end of a contestant's process. */
export class Contestant {
  readonly name: Name;
  readonly #child: ChildProcess;

  /** `root`: of the repository that it is made of. */
  constructor(name: Name, root = repository) {
    this.name = name;
    const file = join(root, 'bench/contestant.child.ts');
    const execArgv = ['--import', '@swc-node/register/esm-register', '--expose-gc', '--max-old-space-size=3072'];
    this.#child = fork(file, [name], { execArgv, cwd: root });
    this.#child.once('exit', (code) => {
      if (code !== 0) this.#child.emit('error', new Error(`${name} ended with ${code}.`));
    });
  }

  async ask<T>(request: Request): Promise<T> {
    const answered = once(this.#child, 'message') as Promise<[{ answer: T; error?: string }]>;
    this.#child.send(request);
    const [{ answer, error }] = await answered;
    if (error !== undefined) throw new Error(`${this.name}: ${error}`);
    return answer;
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

const usualRoundMs = 15;

/**
 * Processes of their own for each race, because what one race taught the compiler would be another's burden. Runs each for a short while, in turn and many times over, so that what disturbs one disturbs all; the place in the turn
 * rotates. A round is long enough to pay for its own garbage. Gives the nanoseconds of an operation, round by round.
 */
export async function race(names: readonly Name[], request: Request, rounds: number): Promise<number[][]> {
  const contestants = names.map((name) => new Contestant(name));
  await Promise.all(contestants.map((contestant) => contestant.ask(request)));
  const results = await interleave(contestants, rounds);
  await Promise.all(contestants.map((contestant) => contestant.end()));
  return results;
}

export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  roundMs = usualRoundMs,
): Promise<number[][]> {
  const counts: number[] = [];
  for (const contestant of contestants) {
    let count = 50;
    for (let i = 0; i < 15; i++) {
      const nanoseconds = await contestant.ask<number>({ do: 'round', count });
      count = Math.max(20, Math.round((roundMs * 1e6) / nanoseconds));
    }
    counts.push(count);
  }
  const results: number[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const place = (turn + round) % contestants.length;
      const contestant = contestants[place] as Contestant;
      results[place]?.push(await contestant.ask<number>({ do: 'round', count: counts[place] as number }));
    }
  }
  return results;
}
