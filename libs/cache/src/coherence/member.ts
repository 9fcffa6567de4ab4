import { Life, type LifeParts } from './life.js';

/**
 * An instance among others: follows the list, holds the lease, acknowledges.
 *
 *   out ──listen──▶ listening ──join──▶ following ──settled epoch, grant──▶ trusted
 *    ▲                                                                        │
 *    └──── a gap, a lost channel, OUT, another epoch, deafness, a fault ◀─────┘
 *
 * (I15) It listens before it joins; what the snapshot holds is not applied again, and a gap ends the life.
 * (I17) It acknowledges what it has applied and nothing that it has only heard, and extends its lease only when it has
 *       applied everything that had been told when the lease was granted. So whoever has not applied a fence for longer than
 *       a lease lasts has none, and nobody needs to be asked.
 * (I18) Whoever is out drops list and lease at once, and comes back with a new name and a new snapshot.
 * (I19) In an epoch that is not settled it answers nothing.
 */
export class Member {
  readonly #parts: LifeParts;
  #life: Life | undefined;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: LifeParts) {
    this.#parts = parts;
  }

  /** The name of the present life; undefined while out. */
  get id(): string | undefined {
    return this.#life?.id;
  }

  start(): void {
    if (this.#stopped) return;
    this.#life = new Life(this.#parts, (failed) => this.#ended(failed));
    void this.#life.begin();
  }

  /** Gives up what it knows, because something happened that it cannot have heard of; comes back afresh. */
  expel(): void {
    this.#life?.end();
  }

  /** Leaves, so that no writer waits for this instance. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    const life = this.#life;
    this.#life = undefined;
    await life?.leave();
  }

  #ended(failed: boolean): void {
    this.#life = undefined;
    if (this.#stopped) return;
    const { clock, terms } = this.#parts;
    this.#cancelRetry = clock.after(failed ? terms.graceMs : 0, () => this.start());
  }
}
