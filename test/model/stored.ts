import type { Clock } from '../../libs/cache/src/coherence/clock.js';
import type { Draft, Fetched, Found, SharedStore, Wanted } from '../../libs/cache/src/core/store.js';

/** A call that takes its time, comes late, or is lost. */
export type Call = <T>(work: () => Promise<T>) => Promise<T>;

/** What stands under a key: an entry, or the mark of somebody who is loading it. */
export interface StoredEntry {
  draft?: Draft;
  taken?: string;
}

const turns = 4;
const pauseMs = 5;

/** The store that processes share, behind the network: as Redis would keep it, without bytes and without an end. */
export class Stored implements SharedStore {
  readonly #entries: Map<string, StoredEntry>;
  readonly #call: Call;
  readonly #clock: Clock;
  #asked = 0;

  constructor(entries: Map<string, StoredEntry>, call: Call, clock: Clock) {
    this.#entries = entries;
    this.#call = call;
    this.#clock = clock;
  }

  async fetch(key: string, stands: (found: Found) => boolean): Promise<Fetched> {
    const holder = String(++this.#asked);
    try {
      for (let turn = 0; turn < turns; turn++) {
        const { draft, mine } = await this.#call(async () => this.#take(key, holder));
        const found = draft && foundOf(draft);
        if (found !== undefined && stands(found)) {
          if (mine) this.#end(key, holder);
          return { found };
        }
        if (mine) return { turn: { end: () => this.#end(key, holder) } };
        await new Promise<void>((resolve) => void this.#clock.after(pauseMs, resolve));
      }
    } catch {
      // Nobody answers.
    }
    return {};
  }

  async get(key: string, stands: (found: Found) => boolean): Promise<Found | undefined> {
    const draft = await this.#call(async () => this.#entries.get(key)?.draft).catch(() => undefined);
    const found = draft && foundOf(draft);
    return found !== undefined && stands(found) ? found : undefined;
  }

  async getMany(wanted: readonly Wanted[]): Promise<readonly Fetched[]> {
    const drafts = await this.#call(async () => wanted.map(({ key }) => this.#entries.get(key)?.draft)).catch(
      () => undefined,
    );
    return wanted.map(({ stands }, at) => {
      const draft = drafts?.[at];
      const found = draft && foundOf(draft);
      return { found: found !== undefined && stands(found) ? found : undefined, failed: drafts === undefined };
    });
  }

  put(key: string, draft: Draft): void {
    const value = structuredClone(draft.value);
    this.#call(
      async () => void this.#entries.set(key, { ...this.#entries.get(key), draft: { ...draft, value } }),
    ).catch(() => {});
  }

  #take(key: string, holder: string): { readonly draft: Draft | undefined; readonly mine: boolean } {
    const entry = this.#entries.get(key) ?? {};
    const mine = entry.taken === undefined;
    if (mine) this.#entries.set(key, { ...entry, taken: holder });
    return { draft: entry.draft, mine };
  }

  #end(key: string, holder: string): void {
    this.#call(async () => {
      const entry = this.#entries.get(key);
      if (entry?.taken === holder) delete entry.taken;
    }).catch(() => {});
  }
}

function foundOf(draft: Draft): Found {
  return { ...draft, remainsMs: 3_600_000, ageMs: 0, value: () => structuredClone(draft.value) };
}
