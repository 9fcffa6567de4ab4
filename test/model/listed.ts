import type { Message } from '../../libs/cache/src/coherence/change-list.js';
import type {
  Coordinator,
  Enrolled,
  Grant,
  News,
  Raised,
  Settlement,
  Snapshot,
  Standing,
} from '../../libs/cache/src/coherence/coordinator.js';
import type { Tag } from '../../libs/cache/src/coherence/tag.js';

type Told = (news: News, to?: string) => void;

export interface State {
  epoch: string;
  run: number;
  position: number;
  floor: number;
  settled: boolean;
  changes: Map<Tag, number>;
  fences: Map<string, Standing>;
  members: Map<string, { applied: number; flagged: boolean }>;
}

/** The list in memory, step for step what the Lua scripts do; one contract suite is run on both. */
export class Listed implements Coordinator {
  readonly #told: Told;
  readonly #newEpoch: () => string;
  protected run = 0;
  protected state: State | undefined;

  constructor(told: Told, newEpoch: () => string) {
    this.#told = told;
    this.#newEpoch = newEpoch;
  }

  /** A server that was restarted: empty, or with what a snapshot had. */
  restart(snapshot?: unknown): void {
    this.run++;
    this.state = snapshot as State | undefined;
  }

  snapshot(): unknown {
    return structuredClone(this.state);
  }

  /** All keys are gone, the server is the same. */
  flush(): void {
    this.state = undefined;
  }

  get fences(): number {
    return this.state?.fences.size ?? 0;
  }

  get enrolled(): readonly Enrolled[] {
    return [...(this.state?.members ?? [])].map(([id, { applied }]) => ({ id, applied }));
  }

  get members(): readonly string[] {
    return [...(this.state?.members.keys() ?? [])];
  }

  async join(member: string): Promise<Snapshot> {
    const { epoch, position, floor, settled, changes, fences, members } = this.#current();
    members.set(member, { applied: position, flagged: false });
    return { epoch, position, floor, settled, changes: [...changes], fences: [...fences.values()] };
  }

  async renew(member: string, applied: number, owners: readonly string[]): Promise<Grant> {
    const { epoch, position, settled, members } = this.#current();
    const known = members.get(member);
    if (known === undefined || known.flagged) return { epoch, position, settled, granted: false };
    known.applied = applied;
    for (const owner of owners) this.#told({ kind: 'applied', member, position: applied }, owner);
    return { epoch, position, settled, granted: true };
  }

  async fence(fences: readonly Standing[]): Promise<Raised> {
    const state = this.#current();
    for (const standing of fences) {
      state.fences.set(standing.fence, standing);
      this.#tell({ kind: 'fence', position: ++state.position, ...standing });
    }
    return { epoch: state.epoch, position: state.position, settled: state.settled, members: this.enrolled };
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    const state = this.#current();
    for (const { fence, changed } of settlements) {
      state.position++;
      state.fences.delete(fence);
      for (const tag of changed) state.changes.set(tag, state.position);
      this.#tell({ kind: 'settle', position: state.position, fence, changed });
    }
  }

  async flag(members: readonly string[], below: number): Promise<readonly string[]> {
    const state = this.#current();
    return members.filter((id) => {
      const known = state.members.get(id);
      if (known === undefined || known.applied >= below) return false;
      known.flagged = true;
      return true;
    });
  }

  async remove(members: readonly string[]): Promise<void> {
    const state = this.#current();
    for (const member of members) state.members.delete(member);
  }

  async open(epoch: string): Promise<void> {
    const state = this.#current();
    if (state.epoch === epoch) state.settled = true;
  }

  async purge(most: number): Promise<void> {
    const state = this.#current();
    if (state.changes.size <= most) return;
    const oldest = [...state.changes].sort(([, one], [, other]) => one - other);
    const floor = oldest[oldest.length - Math.floor(most / 2) - 1]![1];
    for (const [tag, changed] of oldest) if (changed <= floor) state.changes.delete(tag);
    state.floor = floor;
    this.#tell({ kind: 'purge', position: ++state.position, floor });
  }

  #current(): State {
    if (this.state === undefined || this.state.run !== this.run) {
      this.state = {
        epoch: this.#newEpoch(),
        run: this.run,
        position: 1,
        floor: 1,
        settled: false,
        changes: new Map(),
        fences: new Map(),
        members: new Map(),
      };
    }
    return this.state;
  }

  #tell(message: Message): void {
    this.#told({ ...message, epoch: this.state!.epoch });
  }
}
