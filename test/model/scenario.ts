import { usualTerms } from '../../libs/cache/src/coherence/lease.js';
import { Database } from './database.js';
import { faithful, Instance, rows, type Making, type Seen, type Stage, type Write } from './instance.js';
import { Listed } from './listed.js';
import { fair, Network, type Weather } from './network.js';
import { losesList, silencesWriters, troubles, type Trouble } from './troubles.js';
import { World } from './world.js';

export interface Wrong {
  readonly key: string;
  readonly got: Seen;
  readonly row: string;
  readonly visible: number;
  readonly at: number;
  readonly by: string;
}

export interface Outcome {
  /** Older than what was visible when the read began. */
  readonly stale: readonly Wrong[];
  /** Newer than what was visible when it ended. */
  readonly invented: readonly Wrong[];
  /** What does not come back to normal when all has been calm for a while. */
  readonly stuck: readonly string[];
  readonly reads: number;
  readonly commits: number;
  readonly happened: number;
}

export interface Mutant extends Partial<Making> {
  /** Another list. */
  readonly newList?: (...parts: ConstructorParameters<typeof Listed>) => Listed;
}

const keys = [...rows, ...rows, ...rows]
  .map((row) => `row/${row}`)
  .concat('all', 'next/a', 'next/b', 'nested/c', 'nested/d');
const troubledMs = 2_500;
/** Leases, quarantine, three rounds of the reaper. */
const longestCalmMs = 9_000;
const lookEveryMs = 500;
/** Clocks may differ in rate by the drift of the terms, and not by more. */
const rates = [1 / Math.sqrt(1.1), 1, Math.sqrt(1.1)] as const;

/** One run: readers, writers and troubles on a few instances, decided by a seed and by nothing else. */
export class Run implements Stage {
  readonly world: World;
  readonly network: Network;
  readonly database: Database;
  readonly fallbackMs: number;
  readonly #making: Making;
  readonly #kinds: readonly Trouble[];
  readonly #instances: Instance[] = [];
  readonly #stale: Wrong[] = [];
  readonly #invented: Wrong[] = [];
  #calm = false;
  #reads = 0;
  #commits = 0;
  #named = 0;

  constructor(seed: number, kindsOfTrouble: readonly Trouble[], mutant: Mutant = {}) {
    const { newList = (...parts) => new Listed(...parts), ...making } = mutant;
    this.#kinds = kindsOfTrouble;
    this.#making = { ...faithful, ...making };
    this.world = new World(seed);
    this.fallbackMs = seed % 3 === 2 ? 800 : 0;
    this.network = new Network(this.world, newList);
    this.database = new Database(this.world);
    for (let instance = 0; instance < 3; instance++) this.#instances.push(this.#start());
  }

  async outcome(): Promise<Outcome> {
    const { world, network, database } = this;
    // Of a list that begins with this run there are no leases of a life before.
    const { epoch } = await network.list.join('nobody');
    await network.list.remove(['nobody']);
    await network.list.open(epoch);
    await world.run(30);
    const end = world.now + troubledMs;
    this.#every([1, 20], end, () => void this.read(this.someone(), this.key()));
    this.#every([5, 180], end, () => void this.write({}));
    for (const kind of this.#kinds) this.#every([50, 1_200], end, () => troubles[kind](this));
    await world.run(end);
    this.#calmDown();
    database.slowReads = 0;
    if (this.#kinds.includes('commits are slow')) {
      this.#every([5, 60], end + 5_000, () => void this.read(this.someone(), this.key()));
    }
    let stuck: readonly string[] = [];
    for (let calmMs = 0; calmMs < longestCalmMs; calmMs += lookEveryMs) {
      // A commit finds out who is not there any more; the next one, whoever was missed.
      if (calmMs === 1_500 || calmMs === 5_000) void this.write({ ending: 'commit', manner: 'touches' });
      await world.run(end + calmMs + lookEveryMs);
      stuck = calmMs < 1_500 ? ['it is too early'] : this.#restless();
      if (stuck.length === 0) stuck = await this.#forgetful();
      if (stuck.length === 0) break;
    }
    for (const instance of this.#instances) instance.kill();
    const { happened } = world;
    return {
      stale: this.#stale,
      invented: this.#invented,
      stuck,
      reads: this.#reads,
      commits: this.#commits,
      happened,
    };
  }

  readonly someone = (): Instance => this.world.dice.pick(this.#instances);

  key(): string {
    return this.world.dice.pick(keys);
  }

  later([least, most]: readonly [number, number], call: () => void): void {
    this.world.in(this.world.dice.between(least, most), call);
  }

  storm(weather: Weather): void {
    this.network.weather = weather;
    this.later([0, 500], () => (this.network.weather = fair));
  }

  /** Longer than a lease, unless the list may be lost while the writer cannot say again what it fenced: the known gap. */
  commitSlowly(): void {
    const ms = this.#kinds.some(losesList) && this.#kinds.some(silencesWriters) ? 700 : 5_000;
    this.database.slowCommits = { chance: 0.5, ms };
    this.later([0, 1_500], () => (this.database.slowCommits = { chance: 0.1, ms: 20 }));
  }

  replace(gone: Instance): boolean {
    const index = this.#instances.indexOf(gone);
    if (index >= 0) this.#instances[index] = this.#start();
    gone.kill();
    return true;
  }

  async read(instance: Instance, key: string): Promise<void> {
    const { world, database } = this;
    const before = new Map(rows.map((row) => [row as string, this.#owed(row, instance)]));
    const at = world.now;
    instance.outstanding++;
    const peeks = world.dice.chance(0.1);
    const got = await new Promise<Seen>((resolve, reject) =>
      instance.wake(() => {
        const peeked = peeks ? instance.peek(key) : Promise.resolve(undefined);
        void peeked.then((seen) => (seen === undefined ? instance.read(key).then(resolve, reject) : resolve(seen)));
      }),
    );
    instance.outstanding--;
    this.#reads++;
    for (const [row, value] of Object.entries(got)) {
      const wrong = (visible: number): Wrong => ({ key, got, row, visible, at, by: instance.name });
      if (value < before.get(row)!) this.#stale.push(wrong(before.get(row)!));
      if (value > database.visible(row)) this.#invented.push(wrong(database.visible(row)));
    }
  }

  /** What a read that begins now must see at least. */
  #owed(row: string, { name }: Instance): number {
    const { database, world, fallbackMs } = this;
    if (fallbackMs === 0) return database.visible(row);
    const then = database.visibleAt(row, world.now - fallbackMs * (1 + usualTerms.drift));
    return Math.max(then, database.visibleOf(row, name));
  }

  async write(some: Partial<Write>, instance = this.someone()): Promise<void> {
    const { dice } = this.world;
    const chosen = rows.filter(() => dice.chance(0.1));
    const write: Write = {
      rows: chosen.length > 0 ? chosen : [dice.pick(rows)],
      ending: dice.chance(0.1) ? 'roll back' : dice.chance(0.1) ? 'answer lost' : 'commit',
      manner: dice.chance(0.3) ? 'sets' : dice.chance(0.2) && !this.#stopsWriters ? 'announces' : 'touches',
      ...some,
    };
    instance.outstanding++;
    await new Promise<void>((resolve, reject) => instance.wake(() => void instance.write(write).then(resolve, reject)));
    instance.outstanding--;
    this.#commits++;
  }

  /** Nobody can be asked about an announced write: one that is stopped for long, before its commit, is given up. (I22) */
  get #stopsWriters(): boolean {
    return this.#kinds.some((kind) => kind.startsWith('a process stands still') || kind === 'commits are slow');
  }

  #start(): Instance {
    const name = `instance ${++this.#named}`;
    const died = (instance: Instance) => !this.#calm && instance.alive && this.replace(instance);
    return new Instance(this, { name, rate: this.world.dice.pick(rates), making: this.#making, died });
  }

  #every([least, most]: readonly [number, number], end: number, call: () => void): void {
    const { world } = this;
    const again = () => {
      if (world.now > end) return;
      call();
      world.in(world.dice.between(least, most), again);
    };
    world.in(world.dice.between(0, most), again);
  }

  #calmDown(): void {
    this.#calm = true;
    this.network.calm();
    for (const instance of this.#instances) {
      instance.cutOff = false;
      instance.recordless = false;
    }
  }

  #restless(): string[] {
    const { world, network } = this;
    const stuck = network.list.fences > 0 ? [`${network.list.fences} fences stand`] : [];
    const open = [...this.database.record.rows.values()].filter(({ state }) => state === 'open').length;
    if (open > 0) stuck.push(`${open} rows are open`);
    if (network.list.members.length !== this.#instances.length)
      stuck.push(`members: ${network.list.members.join(', ')}`);
    for (const { name, outstanding, faults, stands } of this.#instances) {
      if (stands) stuck.push(`${name} stands still`);
      if (outstanding > 0) stuck.push(`${outstanding} calls of ${name} are not answered`);
      const last = faults.at(-1);
      if (last !== undefined && world.now - last.at < lookEveryMs) stuck.push(`${name}: ${JSON.stringify(last)}`);
    }
    return stuck;
  }

  /** Everything has been read once, so everything is answered from memory. */
  async #forgetful(): Promise<string[]> {
    const stuck: string[] = [];
    for (const instance of this.#instances) for (const key of new Set(keys)) void this.read(instance, key);
    await this.world.run(this.world.now + 30);
    const peeked = new Map<string, Seen | undefined>();
    for (const instance of this.#instances) {
      for (const key of new Set(keys)) {
        void instance.peek(key).then((seen) => peeked.set(`${key} of ${instance.name}`, seen));
      }
    }
    await this.world.run(this.world.now + 200);
    for (const [what, seen] of peeked) {
      if (seen === undefined) stuck.push(`${what} is not in memory`);
      for (const [row, value] of Object.entries(seen ?? {})) {
        if (value !== this.database.visible(row)) stuck.push(`${what} says that ${row} is ${value}`);
      }
    }
    if (peeked.size < this.#instances.length * new Set(keys).size) stuck.push('somebody does not answer');
    return stuck;
  }
}
