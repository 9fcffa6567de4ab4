import type { Position, Standing } from './change-list.js';
import type { Clock } from './clock.js';
import type { Channel, Coordinator, Grant, News } from './coordinator.js';
import { outlasting, type TermLease, type Terms } from './lease.js';
import { Lookout } from './lookout.js';
import type { OutageRecord } from './record.js';
import type { Replica, Stamp } from './replica.js';

export interface LifeParts {
  readonly coordinator: Coordinator;
  readonly channel: Channel;
  readonly replica: Replica;
  readonly lease: TermLease;
  readonly clock: Clock;
  readonly terms: Terms;
  readonly record: OutageRecord;
  readonly companion: Companion;
  /** A name never used before; every life of a member has its own. */
  readonly newId: () => string;
  readonly fault: (during: string, error: unknown) => void;
  /** From now on this instance answers from memory, or no longer. */
  readonly trusted?: (now: boolean) => void;
}

/** The write path of this instance: it waits for members, and has to speak up again in a new epoch. */
export interface Companion {
  applied(member: string, position: Position): void;
  /** What it has fenced and not settled. */
  standing(): Iterable<Standing>;
  /** The settle of this fence is the next thing that the replica applies, and gives it this stamp. */
  entering(fence: string, stamp: Stamp): void;
  /** The member follows a list; what it had fenced in an earlier one does not stand there. */
  joined(member: string): void;
  /** The member has given up lease and list. */
  left(member: string): void;
}

/** One life of a member, from listening to the first thing that goes wrong. */
export class Life {
  readonly id: string;
  readonly #parts: LifeParts;
  readonly #ended: (failed: boolean) => void;
  readonly #lookout: Lookout;
  readonly #early: News[] = [];
  readonly #owners = new Set<string>();
  #over = false;
  #enrolled = false;
  #joined = false;
  #settled = false;
  #trusted = false;
  #renewing = false;
  #due = false;
  /** The first grant that is still waiting for messages told before it: a later one would wait for more. */
  #pending: { readonly position: Position; readonly sentAt: number; readonly since: number } | undefined;
  #hangUp: (() => void) | undefined;
  #cancelRenewal: (() => void) | undefined;
  #cancelOpening: (() => void) | undefined;

  constructor(parts: LifeParts, ended: (failed: boolean) => void) {
    this.#parts = parts;
    this.#ended = ended;
    this.id = parts.newId();
    this.#lookout = new Lookout(parts, () => void this.#renew());
  }

  async begin(): Promise<void> {
    const { channel, coordinator, replica, clock, terms, companion } = this.#parts;
    try {
      const hangUp = await channel.listen(this.id, { heard: (news) => this.#heard(news), lost: () => this.#end(true) });
      if (this.#over) return hangUp();
      this.#hangUp = hangUp;
      const sentAt = clock.now();
      this.#enrolled = true;
      const snapshot = await coordinator.join(this.id);
      if (this.#over) return;
      // What is fenced here is fenced in this list, too, as soon as it can be told of it; whoever is out of step may read before. (I25)
      replica.adopt({ ...snapshot, fences: [...companion.standing(), ...snapshot.fences] });
      this.#joined = true;
      for (const news of this.#early.splice(0)) this.#heard(news);
      if (this.#over) return;
      this.#settled = snapshot.settled;
      if (!this.#settled) this.#cancelOpening = clock.after(outlasting(terms), () => void this.#open(snapshot.epoch));
      if (this.#settled) this.#trust(Math.min(sentAt, this.#lookout.at));
      companion.joined(this.id);
      this.#renewSoon(terms.leaseMs / 3);
      this.#lookout.start();
    } catch (error) {
      this.#fail('joining', error);
    }
  }

  async leave(): Promise<void> {
    this.#trusted = false;
    this.#close();
    await this.#parts.coordinator.remove([this.id]).catch((error: unknown) => this.#parts.fault('leaving', error));
  }

  #heard(news: News): void {
    if (this.#over) return;
    const { replica, companion } = this.#parts;
    if (news.kind === 'applied') return companion.applied(news.member, news.position);
    if (!this.#joined) {
      this.#early.push(news);
      return;
    }
    const { epoch, position } = replica.stamp;
    if (news.epoch !== epoch) return this.#end(true);
    if (news.kind === 'settle' && news.position === position + 1) {
      companion.entering(news.fence, { epoch, position: news.position });
    }
    if (!replica.follow(news)) return this.#end(true);
    companion.applied(this.id, replica.stamp.position);
    this.#extend();
    if (news.kind !== 'fence') return;
    if (news.owner !== this.id) this.#owners.add(news.owner);
    // Whoever fences waits for this; what is heard in one go is acknowledged in one.
    void Promise.resolve().then(() => this.#renew());
  }

  async #renew(): Promise<void> {
    if (this.#over || !this.#joined) return;
    if (this.#renewing) {
      this.#due = true;
      return;
    }
    this.#renewing = true;
    this.#cancelRenewal?.();
    const { coordinator, replica, clock, terms } = this.#parts;
    const owners = [...this.#owners];
    this.#owners.clear();
    // What the record held then is on the list, and the grant tells of it. (I24)
    const sentAt = Math.min(clock.now(), this.#lookout.at);
    try {
      this.#granted(await coordinator.renew(this.id, replica.stamp.position, owners), sentAt);
    } catch (error) {
      return this.#fail('renewing', error);
    } finally {
      this.#renewing = false;
    }
    if (this.#over) return;
    if (this.#due) {
      this.#due = false;
      return this.#renew();
    }
    this.#renewSoon(terms.leaseMs / 3);
  }

  #granted(grant: Grant, sentAt: number): void {
    if (this.#over) return;
    const { replica, clock, terms } = this.#parts;
    if (!grant.granted || grant.epoch !== replica.stamp.epoch) return this.#end(true);
    this.#settled ||= grant.settled;
    this.#pending ??= { position: grant.position, sentAt, since: clock.now() };
    // Behind for longer than a message may take: the channel is open, and deaf.
    if (clock.now() - this.#pending.since > terms.graceMs) return this.#end(true);
    this.#extend();
  }

  #extend(): void {
    if (this.#pending === undefined || this.#parts.replica.stamp.position < this.#pending.position) return;
    if (this.#settled) this.#trust(this.#pending.sentAt);
    this.#pending = undefined;
  }

  #trust(sentAt: number): void {
    this.#parts.lease.extend(sentAt);
    if (this.#trusted || sentAt === -Infinity) return;
    this.#trusted = true;
    this.#parts.trusted?.(true);
  }

  async #open(epoch: string): Promise<void> {
    try {
      await this.#parts.coordinator.open(epoch);
      await this.#renew();
    } catch (error) {
      this.#fail('opening an epoch', error);
    }
  }

  #renewSoon(ms: number): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#parts.clock.after(ms, () => void this.#renew());
  }

  #fail(during: string, error: unknown): void {
    if (this.#over) return;
    this.#parts.fault(during, error);
    this.#end(true);
  }

  end(): void {
    this.#end(false);
  }

  #end(failed: boolean): void {
    if (this.#over) return;
    this.#close();
    // So that no writer waits for this life. If it is not heard, one writer waits once.
    if (this.#enrolled) this.#parts.coordinator.remove([this.id]).catch(() => {});
    this.#ended(failed);
  }

  #close(): void {
    this.#over = true;
    this.#parts.lease.lapse();
    this.#parts.replica.drop();
    this.#parts.companion.left(this.id);
    this.#cancelRenewal?.();
    this.#cancelOpening?.();
    this.#lookout.stop();
    this.#hangUp?.();
    if (this.#trusted) this.#parts.trusted?.(false);
  }
}
