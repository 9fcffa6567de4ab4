import type { Message } from './change-list.js';
import type { Replica, Stamp } from './replica.js';
import type { Tag } from './tag.js';

/** A transaction's word that it is about to change these tags. */
export interface Fence {
  readonly id: string;
  readonly tags: readonly Tag[];
  /** The list as it stood when the fence was raised. */
  readonly stamp: Stamp;
}

/** Whoever keeps the order of changes. The write path calls `fence`, then commits, then calls `settle`, in this order. */
export interface Registrar {
  /** Done when no instance answers these tags from a cache any more. (I6) */
  fence(tags: readonly Tag[]): Promise<Fence>;
  /** The outcome is known: what changed enters the list, and the fence goes. Nothing changed after a rollback. (I7) */
  settle(fence: Fence, changed: readonly Tag[]): Promise<void>;
}

/** The registrar of a process that shares its cache with no other: its own replica is the list, so telling is applying. */
export class Alone implements Registrar {
  readonly #replica: Replica;
  readonly #bound: number;
  #position = 0;
  #fences = 0;

  /** `bound`: how many changed tags are remembered before the oldest are purged. */
  constructor(replica: Replica, bound: number) {
    this.#replica = replica;
    this.#bound = bound;
  }

  async fence(tags: readonly Tag[]): Promise<Fence> {
    const id = String(++this.#fences);
    this.#tell({ kind: 'fence', position: ++this.#position, fence: id, tags });
    return { id, tags, stamp: this.#replica.stamp };
  }

  async settle(fence: Fence, changed: readonly Tag[]): Promise<void> {
    this.#tell({ kind: 'settle', position: ++this.#position, fence: fence.id, changed });
    if (this.#replica.size <= this.#bound) return;
    // Half of them at once: a purge costs a message, and the next one should be far away.
    this.#tell({ kind: 'purge', position: ++this.#position, floor: this.#replica.floorFor(this.#bound >> 1) });
  }

  #tell(message: Message): void {
    this.#replica.apply(message);
  }
}
