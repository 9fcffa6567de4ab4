import type { Clock } from '../../coherence/clock.js';
import type { Replica } from '../../coherence/replica.js';
import { Ahead } from './ahead.js';
import type { Attendant } from './dues.js';
import type { Tell } from '../events.js';
import type { Frames } from '../frame.js';
import type { Hold, Locks } from '../locks/locks.js';
import type { MemoryStore } from '../memory/memory-store.js';
import type { Again } from '../read.js';
import type { Reader } from '../reader.js';
import type { SharedEntries } from '../shared-entries.js';
import type { Shelved } from '../memory/shelved.js';

export interface RefresherParts {
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
  readonly shared: SharedEntries;
  readonly reader: Reader;
  readonly frames: Frames;
  readonly locks: Locks;
  readonly tell: Tell;
}

/** What a shelf holds that can be loaded anew. */
type Due = Shelved & { readonly again: Again };

/** Those of one method that are due. */
interface Line {
  running: number;
  readonly waiting: Set<Due>;
}

const mostAtOnce = 2;
/** After a load has failed, nobody tries again for so long. */
const lockMs = 10_000;
/** What was loaded has reached the others by then. */
const lingerMs = 250;
const retryMs = 1_000;
const soonestMs = 250;

/**
 * Loads entries anew that are used and about to expire, so that no reader has to wait for it.
 *
 * (I30) What is loaded ahead of its readers is kept as any load is, under a stamp of before it, and a refresh begins from an entry
 * that stands.
 * (I31) A refresh makes the call that its entry came from: for nobody else, with no other arguments, and within nothing that was
 * under way.
 */
export class Refresher implements Attendant {
  readonly #parts: RefresherParts;
  readonly #lines = new Map<string, Line>();

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  /** Called by a timer that was set for somebody, whose surroundings are not these entries'. */
  due(all: readonly Shelved[]): void {
    this.#parts.frames.apart({}, () => all.filter(isDue).forEach((shelved) => this.#consider(shelved)));
  }

  gone(shelved: Shelved): void {
    if (isDue(shelved)) this.#lines.get(shelved.again.name)?.waiting.delete(shelved);
  }

  #consider(shelved: Due): void {
    // It may be used yet; what is fenced may turn out not to have changed.
    if (!shelved.everUsed || !this.#stands(shelved)) return this.#later(shelved);
    const line = this.#lineOf(shelved.again.name);
    line.waiting.add(shelved);
    this.#advance(line);
  }

  #stands({ entry }: Shelved): boolean {
    const { reader, replica, clock } = this.#parts;
    return reader.answers && clock.now() < entry.expiresAt && replica.vouchesFor(entry.claim);
  }

  /** Less and less often, as for what nobody wants. */
  #later(shelved: Shelved, ms = (shelved.entry.expiresAt - this.#parts.clock.now()) / 4): void {
    const { memory } = this.#parts;
    if (memory.look(shelved.key) === shelved.entry) memory.dues.postpone(shelved, Math.max(ms, soonestMs));
  }

  #lineOf(name: string): Line {
    let line = this.#lines.get(name);
    if (line === undefined) this.#lines.set(name, (line = { running: 0, waiting: new Set() }));
    return line;
  }

  #advance(line: Line): void {
    for (const shelved of line.waiting) {
      if (line.running >= mostAtOnce) return;
      line.waiting.delete(shelved);
      if (this.#stands(shelved)) void this.#refresh(shelved, line);
      else this.#later(shelved);
    }
  }

  async #refresh(shelved: Due, line: Line): Promise<void> {
    const { frames, tell } = this.#parts;
    const { again } = shelved;
    line.running++;
    try {
      await frames.apart({ ahead: new Ahead('refreshing') }, () => this.#renew(shelved));
    } catch (error) {
      tell({ kind: 'unprepared', name: again.name, by: 'refreshing', error });
    } finally {
      line.running--;
      this.#advance(line);
    }
  }

  async #renew(shelved: Due): Promise<void> {
    const { shared, locks } = this.#parts;
    const { key, entry, again } = shelved;
    const read = again.read();
    // Its caller has changed what he called with.
    if (read?.key !== key) return;
    if ((await shared.younger(read, entry)) !== undefined) return;
    let hold: Hold | undefined;
    try {
      hold = await locks.take(`refresh:${key}`, lockMs);
    } catch {
      // Nobody can say who loads it, so it is nobody, for now.
    }
    if (hold === undefined) return this.#later(shelved, retryMs);
    let heldMs = lockMs;
    try {
      // Who had it before may have been done in the meantime.
      if ((await shared.younger(read, entry)) === undefined && this.#stands(shelved))
        await this.#parts.reader.renew(read);
      heldMs = lingerMs;
    } finally {
      this.#free(hold, heldMs);
    }
  }

  #free(hold: Hold, afterMs: number): void {
    this.#parts.clock.after(afterMs, () => {
      hold.release().catch(() => {
        // Then it ends with its time.
      });
    });
  }
}

function isDue(shelved: Shelved): shelved is Due {
  return shelved.again !== undefined;
}
