import type { Clock } from '../../coherence/clock.js';
import type { Replica } from '../../coherence/replica.js';
import { changedWith, type Tag } from '../../coherence/tag.js';
import type { Entry } from '../entry.js';
import { kindOfKey } from '../key.js';
import type { MemoryStore } from '../memory/memory-store.js';
import type { Policy } from '../policy.js';
import { Top } from './top.js';

interface SurveyParts {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly replica: Replica;
  readonly memory: MemoryStore;
}

/** An entry as it stands in the memory of this process. */
export interface Found {
  readonly key: string;
  readonly name: string;
  readonly entry: Entry;
  readonly bytes: number;
  /** May it be answered now? */
  readonly live: boolean;
}

export interface Search {
  /** Only what a change to the tag would reach. */
  readonly tag?: string | undefined;
  /** Only keys that begin so, with the prefix of all keys or without. */
  readonly prefix?: string | undefined;
  /** Only keys behind this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface Page {
  readonly found: readonly Found[];
  /** Of all pages. */
  readonly total: number;
  readonly next: string | undefined;
  /** The most frequent tags of all that were found, on whatever page. */
  readonly tags: readonly { readonly tag: Tag; readonly entries: number }[];
}

export interface Hit {
  readonly entries: number;
  readonly bytes: number;
  /** Some of them. */
  readonly keys: readonly string[];
  readonly methods: readonly { readonly name: string; readonly entries: number }[];
}

/** So many entries are looked at in one go; then whoever else has something to do has his turn. */
const inOneGo = 2_000;
const mostTags = 100;
const mostKeys = 100;

/** What stands in the memory of this process. Each question goes through it once, and lets others in now and then. */
export class Survey {
  readonly #parts: SurveyParts;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  async page({ tag, prefix = '', after, limit }: Search): Promise<Page> {
    const { policy } = this.#parts;
    const wanted = tag === undefined ? undefined : new Set(changedWith(tag));
    const whole = `${policy.prefix}:${prefix}`;
    // One more than is shown says whether there is another page.
    const first = new Top<string>(limit + 1, (one, other) => one < other);
    const tags = new Map<Tag, number>();
    let total = 0;
    await this.#pass((key, entry) => {
      if (!key.startsWith(prefix) && !key.startsWith(whole)) return;
      if (wanted !== undefined && !isReached(entry, wanted)) return;
      total++;
      for (const name of entry.tags) if (!name.startsWith('=')) tags.set(name, (tags.get(name) ?? 0) + 1);
      if (after === undefined || key > after) first.offer(key);
    });
    const keys = first.items.slice(0, limit);
    const next = first.items.length > limit ? keys.at(-1) : undefined;
    const found = keys.map((key) => this.find(key)).filter((one) => one !== undefined);
    return { found, total, next, tags: mostFrequent(tags).map(([name, entries]) => ({ tag: name, entries })) };
  }

  /** What a change to these would reach. */
  async reachOf(names: readonly string[]): Promise<Hit> {
    const { memory, policy } = this.#parts;
    const tags = new Set(names.flatMap(changedWith));
    const methods = new Map<string, number>();
    const first = new Top<string>(mostKeys, (one, other) => one < other);
    let entries = 0;
    let bytes = 0;
    await this.#pass((key, entry) => {
      if (!isReached(entry, tags)) return;
      entries++;
      bytes += memory.weightOf(key);
      first.offer(key);
      const name = kindOfKey(key, policy.prefix);
      methods.set(name, (methods.get(name) ?? 0) + 1);
    });
    const counted = mostFrequent(methods).map(([name, count]) => ({ name, entries: count }));
    return { entries, bytes, keys: first.items, methods: counted };
  }

  find(key: string): Found | undefined {
    const { policy, clock, replica, memory } = this.#parts;
    const entry = memory.look(key);
    if (entry === undefined) return undefined;
    const live = entry.expiresAt > clock.now() && replica.vouchesFor(entry.claim);
    return { key, name: kindOfKey(key, policy.prefix), entry, bytes: memory.weightOf(key), live };
  }

  /** What comes meanwhile is not seen, and what goes is not missed. */
  async #pass(see: (key: string, entry: Entry) => void): Promise<void> {
    const { memory, clock } = this.#parts;
    const keys = memory.keys();
    for (let from = 0; from < keys.length; from += inOneGo) {
      if (from > 0) await new Promise<void>((resolve) => void clock.after(0, resolve));
      for (const key of keys.slice(from, from + inOneGo)) {
        const entry = memory.look(key);
        if (entry !== undefined) see(key, entry);
      }
    }
  }
}

function isReached({ claim }: Entry, tags: ReadonlySet<Tag>): boolean {
  return claim.watched.some((tag) => tags.has(tag));
}

function mostFrequent(counts: ReadonlyMap<string, number>): readonly (readonly [name: string, count: number])[] {
  const top = new Top<readonly [string, number]>(
    mostTags,
    ([name, count], [otherName, other]) => count > other || (count === other && name < otherName),
  );
  for (const counted of counts) top.offer(counted);
  return top.items;
}
