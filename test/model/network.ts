import type { Channel, Coordinator, Listener, News } from '../../libs/cache/src/coherence/coordinator.js';
import type { SharedStore } from '../../libs/cache/src/core/store.js';
import type { Clock } from '../../libs/cache/src/coherence/clock.js';
import { Listed } from './listed.js';
import { Stored, type Call, type StoredEntry } from './stored.js';
import type { World } from './world.js';

/** How bad the network is: probabilities of one call, one message. */
export interface Weather {
  readonly lostRequest: number;
  readonly lostReply: number;
  readonly lostMessage: number;
  readonly twice: number;
  readonly stall: number;
  readonly stallMs: number;
  /** How much later than replies messages come, at most. */
  readonly lagMs: number;
  /** How much later than messages replies come, at most. */
  readonly replyLagMs: number;
}

export const fair: Weather = {
  lostRequest: 0,
  lostReply: 0,
  lostMessage: 0,
  twice: 0,
  stall: 0,
  stallMs: 0,
  lagMs: 0,
  replyLagMs: 0,
};

const timeoutMs = 100;
/** What a server may say again to whoever listens anew. */
const remembered = 30;

interface Line {
  readonly member: string;
  readonly host: Host;
  readonly listener: Listener;
  arrivesAt: number;
  open: boolean;
  deaf: boolean;
}

/** A process, as far as the network is concerned: it may stand still, and it may be dead. */
export interface Host {
  alive: boolean;
  cutOff: boolean;
  /** Runs it, now or when the process goes on. */
  wake(call: () => void, lane?: Lane): void;
  stand(ms: number): void;
}

/** What a process finds when it goes on, each in its own order: which comes first is not in its hands. */
export const lanes = ['timer', 'reply', 'news', 'call'] as const;
export type Lane = (typeof lanes)[number];

/** The list behind a network: requests, replies and messages take their time, in order on each connection, or get lost. */
export class Network {
  readonly list: Listed;
  weather: Weather = fair;
  up = true;
  readonly #world: World;
  readonly #lines = new Set<Line>();
  readonly #trapped = new Set<Host>();
  readonly #said: News[] = [];
  /** Entries outlive every loss of the list: a server may lose some of its keys and not others. */
  readonly #stored = new Map<string, StoredEntry>();

  constructor(world: World, newList: (...parts: ConstructorParameters<typeof Listed>) => Listed) {
    this.#world = world;
    let epochs = 0;
    this.list = newList(
      (news, to) => this.#publish(news, to),
      () => `epoch ${++epochs}`,
    );
  }

  /** A restart of the server cuts every connection. */
  restart(snapshot?: unknown): void {
    this.list.restart(snapshot);
    for (const line of this.#lines) this.#cut(line);
  }

  cut(host: Host): void {
    for (const line of this.#lines) if (line.host === host) this.#cut(line);
  }

  /** It will stop between its next question and the answer. */
  trap(host: Host): void {
    this.#trapped.add(host);
  }

  calm(): void {
    this.weather = fair;
    this.up = true;
    this.#trapped.clear();
  }

  /** Nothing comes through any more, and nobody notices. */
  deafen(host: Host): void {
    for (const line of this.#lines) if (line.host === host) line.deaf = true;
  }

  coordinatorOf(host: Host): Coordinator {
    const call = this.#callsOf(host);
    const { list } = this;
    return {
      join: (member) => call(() => list.join(member)),
      renew: (member, applied, owners) => call(() => list.renew(member, applied, owners)),
      fence: (fences) => call(() => list.fence(fences)),
      settle: (settlements) => call(() => list.settle(settlements)),
      flag: (members, below) => call(() => list.flag(members, below)),
      remove: (members) => call(() => list.remove(members)),
      open: (epoch) => call(() => list.open(epoch)),
      purge: (most) => call(() => list.purge(most)),
    };
  }

  storeOf(host: Host, clock: Clock): SharedStore {
    return new Stored(this.#stored, this.#callsOf(host), clock);
  }

  channelOf(host: Host): Channel {
    return {
      listen: async (member, listener) => {
        await new Promise<void>((resolve) => void this.#world.in(this.#delay(), () => host.wake(resolve, 'news')));
        if (!this.up || host.cutOff) throw new Error('refused');
        const line: Line = { member, host, listener, arrivesAt: 0, open: true, deaf: false };
        this.#lines.add(line);
        if (this.weather.twice > 0)
          for (const news of this.#said) if (this.#world.dice.chance(0.5)) this.#carry(news, line);
        return () => {
          line.open = false;
          this.#lines.delete(line);
        };
      },
    };
  }

  /** The calls of one connection: carried out in their order, if they arrive. */
  #callsOf(host: Host): Call {
    let arrivesAt = 0;
    return <T>(work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const world = this.#world;
        let answered = false;
        const answer = (give: () => void, lane: Lane = 'reply') =>
          host.wake(() => {
            if (answered) return;
            answered = true;
            relent();
            give();
          }, lane);
        const relent = world.in(timeoutMs, () => answer(() => reject(new Error('timed out')), 'timer'));
        if (host.cutOff || world.dice.chance(this.weather.lostRequest)) return;
        // A request that timed out is carried out all the same when it arrives.
        arrivesAt = Math.max(arrivesAt, world.now + this.#delay());
        world.at(arrivesAt, () => {
          if (!this.up || host.cutOff) return;
          if (this.#trapped.delete(host)) host.stand(world.dice.between(20, 2_500));
          void work().then((result) => {
            if (world.dice.chance(this.weather.lostReply)) return;
            const { replyLagMs } = this.weather;
            const lag = replyLagMs > 0 && world.dice.chance(0.3) ? world.dice.between(0, replyLagMs) : 0;
            world.in(this.#delay() + lag, () => host.cutOff || answer(() => resolve(result)));
          });
        });
      });
  }

  #publish(news: News, to?: string): void {
    if (to === undefined && this.#said.push(news) > remembered) this.#said.shift();
    for (const line of this.#lines) {
      if (to !== undefined && line.member !== to) continue;
      if (line.deaf || line.host.cutOff || this.#world.dice.chance(this.weather.lostMessage)) continue;
      this.#carry(news, line);
      if (this.#world.dice.chance(this.weather.twice)) this.#carry(news, line);
    }
  }

  #carry(news: News, line: Line): void {
    const lag = this.weather.lagMs > 0 ? this.#world.dice.between(0, this.weather.lagMs) : 0;
    line.arrivesAt = Math.max(line.arrivesAt, this.#world.now + this.#delay() + lag);
    this.#world.at(line.arrivesAt, () => line.host.wake(() => line.open && line.listener.heard(news), 'news'));
  }

  /** What is under way may still arrive; that the connection is gone is noticed some time later. */
  #cut(line: Line): void {
    this.#lines.delete(line);
    const { dice } = this.#world;
    const noticed = Math.max(line.arrivesAt, this.#world.now) + dice.between(0, dice.chance(0.1) ? 2_000 : 50);
    this.#world.at(noticed, () => line.host.wake(() => line.open && line.listener.lost(), 'news'));
  }

  #delay(): number {
    const { dice } = this.#world;
    const usual = dice.between(0.1, 2);
    return dice.chance(this.weather.stall) ? usual + dice.between(0, this.weather.stallMs) : usual;
  }
}
