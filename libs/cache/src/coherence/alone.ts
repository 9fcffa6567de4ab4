import type { Message } from './change-list.js';
import type { Coherence } from './coherence.js';
import { forever } from './lease.js';
import type { Entering, Fence, Reach, Registrar } from './registrar.js';
import { Replica } from './replica.js';
import type { Tag } from './tag.js';

/**
 * The coherence of a process that shares its cache with no other: there is nobody to hear from, and nobody to tell.
 * `bound`: how many changed tags are remembered. `name`: what it is called when it is told who knows of a change.
 */
export function alone(epoch: string, bound: number, name?: string): Coherence {
  const replica = new Replica(forever, epoch);
  const nothing = () => Promise.resolve();
  return { replica, registrar: new Alone(replica, bound, name), start: () => {}, stop: nothing };
}

/** The registrar of a process that shares its cache with no other: its own replica is the list, so telling is applying. */
export class Alone implements Registrar {
  readonly #replica: Replica;
  readonly #bound: number;
  readonly #reach: Reach;
  #position = 0;
  #fences = 0;

  /** `bound`: how many changed tags are remembered before the oldest are purged. */
  constructor(replica: Replica, bound: number, name = 'alone') {
    this.#replica = replica;
    this.#bound = bound;
    this.#reach = Object.freeze({ confirmed: [name], waitedOut: [], through: 'list' });
  }

  async fence(tags: readonly Tag[]): Promise<Fence> {
    const id = String(++this.#fences);
    this.#tell({ kind: 'fence', position: ++this.#position, fence: id, tags, owner: 'alone', ref: '' });
    return { id, tags, stamp: this.#replica.stamp, reach: this.#reach };
  }

  async settle(fence: Fence, changed: readonly Tag[], entering?: Entering): Promise<void> {
    entering?.({ epoch: this.#replica.stamp.epoch, position: this.#position + 1 });
    this.#tell({ kind: 'settle', position: ++this.#position, fence: fence.id, changed });
    if (this.#replica.size <= this.#bound) return;
    // Half of them at once: a purge costs a message, and the next one should be far away.
    this.#tell({ kind: 'purge', position: ++this.#position, floor: this.#replica.floorFor(this.#bound >> 1) });
  }

  async outlast(): Promise<void> {}

  #tell(message: Message): void {
    this.#replica.apply(message);
  }
}
