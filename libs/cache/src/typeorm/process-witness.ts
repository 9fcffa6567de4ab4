import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { TransactionWitness } from './witnesses.js';

/**
 * The witness of a database that lives in the processes that use it. The reference names the process.
 *
 * (I22) A transaction of such a database cannot outlive its process, and a process that stands still is not dead. Only who
 *       sees the same processes (the same boot of the machine, the same container) may say that one of them is gone.
 */
export class ProcessWitness implements TransactionWitness {
  readonly #place: string;
  readonly #ref: string;

  private constructor(place: string, start: string) {
    this.#place = place;
    this.#ref = `process ${place} ${process.pid} ${start}`;
  }

  static async create(): Promise<ProcessWitness> {
    return new ProcessWitness(await placeOfProcesses(), await startOf(process.pid));
  }

  refOf(): string {
    return this.#ref;
  }

  async ended(ref: string): Promise<boolean | undefined> {
    const [kind, place, pid, start] = ref.split(' ');
    if (kind !== 'process' || place !== this.#place) return undefined;
    // Another process may have got the number.
    return !exists(Number(pid)) || (await startOf(Number(pid))) !== start;
  }
}

async function placeOfProcesses(): Promise<string> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `${boot}/${await readlink('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux, and therefore no container.
    return encodeURIComponent(hostname());
  }
}

/** When it began, in the machine's own count; the same for all where nobody tells. */
async function startOf(pid: number): Promise<string> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name of the program, in brackets, and may hold anything.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '?';
  } catch {
    return '?';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
