import type { Message, Position } from '../../coherence/change-list.js';
import type { Clock } from '../../coherence/clock.js';
import { isNamed, type Tag } from '../../coherence/tag.js';

/** A transaction as everybody hears of it: the fence before its commit, and what it was found to have changed. */
export interface Told {
  readonly fence: string;
  /** The instance whose transaction it is, by a name of one life of it; empty while it followed no list. */
  readonly owner: string;
  /** The first of them. */
  readonly tags: readonly Tag[];
  /** How many there are. */
  readonly tagCount: number;
  readonly fencedAt: number;
  readonly settledAt: number | undefined;
  readonly outcome: 'open' | 'committed' | 'rolled back';
  /** Where its changes stand in the list. */
  readonly position: Position | undefined;
}

const mostKept = 200;
const mostTags = 20;

/** The last transactions that were told of, whoever's they are. */
export class History {
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  heard(message: Message): void {
    if (message.kind === 'purge') return;
    const now = this.#clock.now();
    const known = this.#told.get(message.fence);
    if (message.kind === 'settle') {
      const { fence, position, changed } = message;
      const outcome = changed.length > 0 ? 'committed' : 'rolled back';
      const begun = known ?? { fence, owner: '', fencedAt: now, ...shortened(changed) };
      return this.#keep({ ...begun, settledAt: now, outcome, position });
    }
    // After a lost answer, or in a new life, its owner says it twice.
    if (known !== undefined && known.outcome !== 'open') return;
    const { fence, owner, tags } = message;
    const open = { settledAt: undefined, outcome: 'open' as const, position: undefined };
    this.#keep({ fence, owner, fencedAt: known?.fencedAt ?? now, ...open, ...shortened(tags) });
  }

  /** The newest first. */
  get told(): readonly Told[] {
    return [...this.#told.values()].reverse();
  }

  /** Whose changes stand at this position. */
  at(position: Position): Told | undefined {
    return this.told.find((one) => one.position === position);
  }

  /** One of those that are about to change the tag. */
  openOn(tag: Tag): Told | undefined {
    return this.told.find(({ outcome, tags }) => outcome === 'open' && tags.includes(tag));
  }

  #keep(told: Told): void {
    this.#told.set(told.fence, told);
    if (this.#told.size > mostKept) this.#told.delete(this.#told.keys().next().value!);
  }
}

/** As people know them: `folder:?` stands beside every `folder:7`. */
function shortened(tags: readonly Tag[]): Pick<Told, 'tags' | 'tagCount'> {
  const named = tags.filter(isNamed);
  return { tags: named.slice(0, mostTags), tagCount: named.length };
}
