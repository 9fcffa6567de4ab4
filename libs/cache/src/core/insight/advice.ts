import type { Clock } from '../../coherence/clock.js';
import { everything, isNamed, type Tag } from '../../coherence/tag.js';
import { kindIn, typeOf, type Ttls } from '../ttls.js';

/** Something that looks like a mistake, and would do no harm but cost loads or let entries grow old. */
export interface Advice {
  readonly what:
    | 'read and never invalidated'
    | 'invalidated and never read'
    | 'ttl longer than what it depends on'
    | 'ttl of no entry'
    | 'without scope'
    | 'different each time';
  /** The type of a tag, or the name of a method. */
  readonly about: string;
  readonly sentence: string;
}

/** What is known before anything is read. */
export interface Known {
  /** Types of tags that entities have, whether or not they are ever written. */
  readonly entities?: Iterable<string>;
  /** Tags that an `@InvalidatesTags` names. */
  readonly invalidated?: Iterable<Tag>;
  readonly methods?: Iterable<string>;
  readonly scopeless?: Iterable<string>;
  readonly ttls?: Ttls;
}

interface Life {
  fills: number;
  /** What its method says. */
  ownMs: number;
  /** How long the longest of its entries was to last. */
  mostMs: number;
}

/** So much has happened by then that what has not will not. */
const soonestMs = 10 * 60_000;
/** An entry may be made when what helps it is about to expire; so many of them are not, each time. */
const fewestFills = 20;
const most = 1_000;

/** Notes what it takes to see a mistake in tags and times. Nothing is noted on a hit. */
export class Advisor {
  readonly #clock: Clock;
  readonly #madeAt: number;
  readonly #read = new Types();
  readonly #invalidated = new Types();
  readonly #entities = new Types();
  readonly #methods = new Set<string>();
  readonly #scopeless = new Set<string>();
  readonly #lives = new Map<string, Life>();
  readonly #different = new Set<string>();
  #ttls: Ttls = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#madeAt = clock.now();
  }

  learn({ entities = [], invalidated = [], methods = [], scopeless = [], ttls = this.#ttls }: Known): void {
    this.#entities.add(entities);
    this.#invalidated.add(invalidated);
    for (const name of methods) this.#methods.add(name);
    for (const name of scopeless) this.#scopeless.add(name);
    this.#ttls = ttls;
  }

  /** An entry came to be here, whoever has loaded it. */
  kept(tags: readonly Tag[]): void {
    this.#read.add(tags);
  }

  changed(tags: readonly Tag[]): void {
    this.#invalidated.add(tags.filter(isNamed));
  }

  /** An entry of the method was made, which says `ownMs`, and is to last for so long. */
  lasts(name: string, ownMs: number, ms: number): void {
    const life = this.#lives.get(name) ?? { fills: 0, ownMs, mostMs: 0 };
    if (life.fills === 0 && this.#lives.size >= most) return;
    life.fills++;
    life.ownMs = ownMs;
    life.mostMs = Math.max(life.mostMs, ms);
    this.#lives.set(name, life);
  }

  /** Two audits of one entry got two results from its source. */
  differs(name: string): void {
    if (this.#different.size < most) this.#different.add(name);
  }

  get advice(): readonly Advice[] {
    const late = this.#clock.now() - this.#madeAt >= soonestMs ? [...this.#unbalanced(), ...this.#idleTtls()] : [];
    return [...this.#unscoped(), ...this.#unsteady(), ...this.#cutShort(), ...late];
  }

  /** Of tags that were read and of those that were invalidated, the ones that only one of the two was done to. */
  *#unbalanced(): Iterable<Advice> {
    for (const type of this.#read.without(this.#invalidated, this.#entities)) {
      const sentence =
        `Entries have tags such as ${type}:…, which no entity has, and which nothing has invalidated. ` +
        'They last until they expire: correct the tag, or name it where it changes.';
      yield { what: 'read and never invalidated', about: type, sentence };
    }
    for (const type of this.#invalidated.without(this.#read, this.#entities)) {
      const sentence = `Tags such as ${type}:… are invalidated, and no entry in this process has had one.`;
      yield {
        what: 'invalidated and never read',
        about: type,
        sentence: `${sentence} Are they spelled as they are read?`,
      };
    }
  }

  *#idleTtls(): Iterable<Advice> {
    const kinds = [...this.#read, ...[...this.#methods].map((name) => name.toLowerCase())];
    const used = new Set(kinds.map((kind) => kindIn(this.#ttls, kind)));
    if (this.#read.isFull) return;
    for (const kind of this.#ttls.keys()) {
      if (used.has(kind)) continue;
      const sentence = `A time is set for ${kind}, and no entry has tags of this type or a method of this name.`;
      yield { what: 'ttl of no entry', about: kind, sentence };
    }
  }

  *#cutShort(): Iterable<Advice> {
    for (const [name, { fills, ownMs, mostMs }] of this.#lives) {
      // What helps it may have been there for a while, each time.
      if (fills < fewestFills || mostMs > ownMs / 2) continue;
      const lasted = `${name} lasts ${seconds(ownMs)}, and none of its ${fills} entries was to last longer than ${seconds(mostMs)}`;
      const sentence = `${lasted}, because something that it calls expires sooner. Give it the same ttl, or that a longer one.`;
      yield { what: 'ttl longer than what it depends on', about: name, sentence };
    }
  }

  *#unscoped(): Iterable<Advice> {
    for (const name of this.#scopeless) {
      const sentence = `${name} does not say for whom its results hold: @Cached({ scope: … }), 'everyone' if for all.`;
      yield { what: 'without scope', about: name, sentence };
    }
  }

  *#unsteady(): Iterable<Advice> {
    for (const name of this.#different) {
      const sentence =
        `${name} gave two results when it was audited, and nothing between them was told to have changed. If it is to, ` +
        '@Cached({ audit: false }) spares its audits.';
      yield { what: 'different each time', about: name, sentence };
    }
  }
}

/** Kinds of tags that are given and changed by the cache itself. */
const ownTypes: ReadonlySet<string> = new Set([everything, 'scope', 'cache-manager']);

/** The types of tags, `folder` of `folder:7`, as far as there is room for them. */
class Types {
  readonly #types = new Set<string>();
  /** What stood before the colon last: tags of one type come in rows. */
  #last = ':';

  add(tags: Iterable<Tag>): void {
    for (const tag of tags) {
      if (tag.startsWith(this.#last) || tag.startsWith('=')) continue;
      const type = typeOf(tag);
      const colon = tag.indexOf(':');
      this.#last = colon > 0 && tag.slice(0, colon).toLowerCase() === type ? tag.slice(0, colon + 1) : ':';
      if (!ownTypes.has(type) && !this.isFull) this.#types.add(type);
    }
  }

  get isFull(): boolean {
    return this.#types.size >= most;
  }

  /** None if it is not known what the others are. */
  without(...others: readonly Types[]): string[] {
    if (others.some(({ isFull }) => isFull)) return [];
    return [...this.#types].filter((type) => !others.some((other) => other.#types.has(type)));
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#types.values();
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
