// Instances on one list with no network between, on a clock that is turned by hand.
import type { Channel, Coordinator, Listener, News } from '../../libs/cache/src/coherence/coordinator.js';
import { TermLease, usualTerms as terms } from '../../libs/cache/src/coherence/lease.js';
import { Member } from '../../libs/cache/src/coherence/member.js';
import { noRecord, type OutageRecord } from '../../libs/cache/src/coherence/record.js';
import { Replica } from '../../libs/cache/src/coherence/replica.js';
import { SharedRegistrar } from '../../libs/cache/src/coherence/shared-registrar.js';
import { Listed } from '../model/listed.js';
import { HandClock } from './hand-clock.js';

export const rested = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A list with no network before it. Messages arrive at once, unless they are held back. */
export class Exchange {
  readonly clock = new HandClock();
  readonly faults: string[] = [];
  readonly listeners = new Map<string, Listener>();
  held: (() => void)[] | undefined;
  #epochs = 0;
  readonly list = new Listed(
    (news, to) => this.#tell(news, to),
    () => `epoch ${++this.#epochs}`,
  );
  readonly channel: Channel = {
    listen: async (member, listener) => {
      this.listeners.set(member, listener);
      return () => void this.listeners.delete(member);
    },
  };

  /** An instance of which the coordinator may be another. */
  join(name: string, coordinator: Coordinator = this.list, record: OutageRecord = noRecord) {
    const { clock, channel } = this;
    let ids = 0;
    const lease = new TermLease(clock, terms.leaseMs);
    const replica = new Replica(lease);
    const fault = (during: string) => void this.faults.push(`${name}: ${during}`);
    const newId = () => `${name}.${++ids}`;
    const parts = { coordinator, clock, terms, newId, fault, record };
    const registrar: SharedRegistrar = new SharedRegistrar({
      ...parts,
      replica,
      bound: 100,
      self: () => member.id,
      expel: () => member.expel(),
    });
    const member: Member = new Member({
      ...parts,
      channel,
      replica,
      lease,
      companion: registrar,
    });
    member.start();
    return { lease, replica, registrar, member };
  }

  /** Time goes by, a little at a time. */
  async pass(ms: number): Promise<void> {
    await rested();
    for (let left = ms; left > 0; left -= 50) {
      this.clock.turn(Math.min(50, left));
      await rested();
    }
  }

  async settledEpoch(): Promise<this> {
    const { epoch } = await this.list.join('first');
    await this.list.remove(['first']);
    await this.list.open(epoch);
    return this;
  }

  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const give of held) give();
  }

  #tell(news: News, to?: string): void {
    for (const [member, listener] of this.listeners) {
      if (to !== undefined && to !== member) continue;
      if (this.held === undefined) listener.heard(news);
      else this.held.push(() => listener.heard(news));
    }
  }
}
