import type { Clock } from '../../libs/cache/src/coherence/clock.js';
import type { Coherence } from '../../libs/cache/src/coherence/coherence.js';
import { usualTerms } from '../../libs/cache/src/coherence/lease.js';
import type { OutageRecord } from '../../libs/cache/src/coherence/record.js';
import { Shared, type SharedParts } from '../../libs/cache/src/coherence/shared.js';
import { MethodCounts } from '../../libs/cache/src/core/insight/counts.js';
import type { CacheEvent } from '../../libs/cache/src/core/events.js';
import { defaults } from '../../libs/cache/src/core/policy.js';
import type { Read } from '../../libs/cache/src/core/read.js';
import { Runtime } from '../../libs/cache/src/core/runtime.js';
import { GivenUp, type Database, type Session } from './database.js';
import { lanes, type Host, type Lane, type Network } from './network.js';
import type { World } from './world.js';

export interface Stage {
  /** How old an answer may be that is given out of step. */
  readonly fallbackMs: number;
  readonly world: World;
  readonly network: Network;
  readonly database: Database;
}

/** Puts an instance together: as the product does, or with a rule taken out. */
export interface Making {
  coherence(parts: SharedParts, stage: Stage): Coherence;
  runtime(parts: ConstructorParameters<typeof Runtime>[0]): Runtime;
}

export const faithful: Making = {
  coherence: (parts) => new Shared(parts),
  runtime: (parts) => new Runtime(parts),
};

/** What was seen of which row: how many commits it has had. */
export type Seen = Readonly<Record<string, number>>;

export type Ending = 'commit' | 'roll back' | 'answer lost' | 'answer lost, rolled back';
/** How a write tells the cache: by a transaction of its own, with a value set in it, by announced tags around a method. */
export type Manner = 'touches' | 'sets' | 'announces';
export type Phase = 'before fence' | 'fence sent' | 'fenced' | 'commit sent' | 'committed' | 'settle sent';

export interface Write {
  readonly rows: readonly string[];
  readonly ending: Ending;
  readonly manner: Manner;
  readonly diesAt?: Phase | undefined;
}

const tagOf = (row: string) => `row:${row}`;
export const rows = ['a', 'b', 'c', 'd'] as const;

/** A process with a cache, on a clock of its own that runs a little fast or slow. */
export class Instance implements Host {
  readonly name: string;
  alive = true;
  cutOff = false;
  /** It cannot read the outage record; what cannot be written there either is a known gap. */
  recordless = false;
  readonly runtime: Runtime;
  readonly faults: (CacheEvent & { readonly at: number })[] = [];
  /** Calls that have not been answered. */
  outstanding = 0;
  readonly #stage: Stage;
  readonly #coherence: Coherence;
  /** It is about to die; false when it must not. */
  readonly #died: (instance: Instance) => boolean;
  #standsUntil = 0;
  #waiting: { readonly lane: Lane; readonly call: () => void }[] = [];
  readonly #sessions = new Set<Session>();

  constructor(
    stage: Stage,
    { name, rate, making, died }: { name: string; rate: number; making: Making; died: (instance: Instance) => boolean },
  ) {
    this.#stage = stage;
    this.name = name;
    this.#died = died;
    const { world, network, database } = stage;
    const clock = this.#clock(rate);
    let ids = 0;
    const tell = (event: CacheEvent) => void this.faults.push({ ...event, at: world.now });
    this.#coherence = making.coherence(
      {
        coordinator: network.coordinatorOf(this),
        channel: network.channelOf(this),
        record: this.#recordOf(database.record),
        witness: { ended: (ref) => this.#pending(database.ended(ref)) },
        clock,
        terms: usualTerms,
        newId: () => `${name}.${++ids}`,
        newName: () => `${name}.${++ids}`,
        fault: (during, error) => tell({ kind: 'fault', during, error }),
        bound: 100,
      },
      stage,
    );
    this.runtime = making.runtime({
      policy: { ...defaults, maxEntries: 100, shareMs: 1_000, fallbackMs: stage.fallbackMs },
      clock,
      tell,
      coherence: this.#coherence,
      store: network.storeOf(this, clock),
    });
    this.#coherence.start();
  }

  wake(call: () => void, lane: Lane = 'call'): void {
    if (!this.alive) return;
    if (this.#stage.world.now >= this.#standsUntil && this.#waiting.length === 0) return call();
    this.#waiting.push({ lane, call });
  }

  get stands(): boolean {
    return this.#stage.world.now < this.#standsUntil;
  }

  /** Stopped, as by SIGSTOP: time goes on and nothing is done. What goes on first is not in our hands. */
  stand(ms: number): void {
    const { world } = this.#stage;
    this.#standsUntil = Math.max(this.#standsUntil, world.now + ms);
    world.at(this.#standsUntil, () => this.#goOn());
  }

  /** One thing after the other; what comes meanwhile waits for its turn. */
  #goOn(): void {
    const { world } = this.#stage;
    if (this.stands || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const lane of world.dice.shuffled(lanes)) {
      for (const { call } of waiting.filter((one) => one.lane === lane)) {
        world.at(this.#standsUntil, () => this.alive && call());
        this.#standsUntil += 0.001;
      }
    }
    world.at(this.#standsUntil, () => this.#goOn());
  }

  kill(): void {
    const { world } = this.#stage;
    this.alive = false;
    this.#waiting = [];
    this.runtime.frames.close();
    for (const session of this.#sessions) world.in(world.dice.between(0, 20), () => session.abandon());
  }

  async leave(): Promise<void> {
    await this.#coherence.stop();
  }

  /** A cached read. Some depend on one row, some on several, and some learn only from the first which is the second. */
  read(key: string): Promise<Seen> {
    const [kind, row] = key.split('/') as [string, string];
    const { reader } = this.runtime;
    if (kind === 'row') return reader.read(this.#reading(key, () => this.#query([row]), [tagOf(row)]));
    if (kind === 'all') return reader.read(this.#reading(key, () => this.#query(rows), ['row:*']));
    if (kind === 'next') {
      const follow = async () => {
        const first = await this.#query([row]);
        return { ...first, ...(await this.#query([rows[first[row]! % rows.length]!])) };
      };
      return reader.read(this.#reading(key, follow, (seen) => Object.keys(seen).map(tagOf)));
    }
    const nested = async () => ({ ...(await this.read(`row/${row}`)), ...(await this.#query([rows[0]])) });
    return reader.read(this.#reading(key, nested, [tagOf(rows[0])]));
  }

  /** What is kept, if it may be answered. */
  peek(key: string): Promise<Seen | undefined> {
    return this.runtime.reader.peek(key, new MethodCounts('model')) as Promise<Seen | undefined>;
  }

  /** A transaction of this process that adds one to some rows, or to none of them. */
  async write(write: Write): Promise<void> {
    const { transactions, cache } = this.runtime;
    await this.#reach(write, 'before fence');
    const session = this.#stage.database.begin(this.name);
    this.#sessions.add(session);
    // Killed in this very moment.
    if (!this.alive) session.abandon();
    const tags = write.rows.map(tagOf);
    const commit = async () => {
      const committed = session.commit(() => void this.#reach(write, 'committed'));
      await this.#reach(write, 'commit sent');
      await this.#pending(committed);
    };
    try {
      if (write.manner === 'announces') {
        return await transactions.around(tags, async () => {
          for (const row of write.rows) await this.#pending(session.update(row));
          await commit();
        });
      }
      const transaction = transactions.single();
      for (const row of write.rows) {
        const value = await this.#pending(session.update(row));
        transaction.touch([tagOf(row)]);
        if (write.manner !== 'sets') continue;
        await transactions.run(transaction, () => cache.set(`row/${row}`, { [row]: value }, { tags: [tagOf(row)] }));
      }
      const fenced = transaction.fence(session.ref);
      this.#dieSoon(write, 'fence sent');
      await fenced;
      await this.#reach(write, 'fenced');
      if (write.ending === 'roll back') {
        session.rollBack();
        return await transaction.settle('rolled back');
      }
      if (write.ending === 'answer lost, rolled back') {
        const decided = this.#stage.world.wait(this.#stage.world.dice.between(0, 50)).then(() => session.rollBack());
        return await transaction.settle('unknown', this.#pending(decided));
      }
      const committed = commit();
      if (write.ending === 'answer lost') return await transaction.settle('unknown', committed);
      await committed;
      const settled = transaction.settle('committed');
      this.#dieSoon(write, 'settle sent');
      await settled;
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    } finally {
      this.#sessions.delete(session);
    }
  }

  #recordOf(record: OutageRecord): OutageRecord {
    const ask = <T>(call: () => Promise<T>): Promise<T> => this.#pending(call());
    return {
      kept: record.kept,
      enter: (standing) => ask(() => record.enter(standing)),
      settle: (settlement) => ask(() => record.settle(settlement)),
      reap: (settlement) => ask(() => record.reap(settlement)),
      read: () => ask(() => (this.recordless ? Promise.reject(new Error('no answer')) : record.read())),
      forget: (fences) => ask(() => record.forget(fences)),
    };
  }

  #query(names: readonly string[]): Promise<Seen> {
    return this.#pending(this.#stage.database.read(names));
  }

  #reading(key: string, load: () => Promise<Seen>, tags: string[] | ((seen: Seen) => string[])): Read<Seen> {
    const tagsOf = typeof tags === 'function' ? tags : () => tags;
    return {
      key,
      name: 'model',
      counts: new MethodCounts('model'),
      copy: 'clone',
      fallbackMs: this.#stage.fallbackMs,
      load,
      tagsOf,
      ttlOf: () => 3_600_000,
    };
  }

  async #reach({ diesAt }: Write, phase: Phase): Promise<void> {
    if (diesAt !== phase || !this.#died(this)) return;
    await new Promise(() => {});
  }

  /** When what has just been begun has been sent. */
  #dieSoon({ diesAt }: Write, phase: Phase): void {
    if (diesAt === phase) this.#stage.world.in(0, () => void this.#died(this));
  }

  /** Goes on when the process does. */
  #pending<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.wake(() => resolve(value)),
        (error: unknown) => this.wake(() => reject(error as Error)),
      );
    });
  }

  #clock(rate: number): Clock {
    const { world } = this.#stage;
    const offset = world.dice.between(0, 1e6);
    return {
      now: () => offset + world.now * rate,
      after: (ms, call) => {
        let due: (() => void) | undefined = call;
        const cancel = world.in(ms / rate, () => this.wake(() => due?.(), 'timer'));
        return () => {
          due = undefined;
          cancel();
        };
      },
    };
  }
}
