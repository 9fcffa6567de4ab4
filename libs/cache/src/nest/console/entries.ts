import type { Found, Page } from '../../core/insight/survey.js';

/** An entry of the memory as people are told of it. */
export interface EntryLine {
  readonly key: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly loadedAt: number;
  readonly expiresAt: number;
  readonly tookMs: number;
  /** The process that loaded it; null: this one. */
  readonly by: string | null;
  readonly live: boolean;
  /** For whom it holds; null: for everybody. */
  readonly scope: string | null;
}

export interface EntriesPage {
  readonly entries: readonly EntryLine[];
  readonly total: number;
  /** What to ask for as `after`; null: this is the last page. */
  readonly next: string | null;
  readonly tags: Page['tags'];
}

type DateOf = (instant: number) => number;

export function entriesPage({ found, total, next, tags }: Page, dateOf: DateOf): EntriesPage {
  return { entries: found.map((one) => entryLine(one, dateOf)), total, next: next ?? null, tags };
}

export function entryLine({ key, name, entry, bytes, live }: Found, dateOf: DateOf): EntryLine {
  const { tags, loadedAt, expiresAt, tookMs, by = null, scope = null } = entry;
  return { key, name, tags, bytes, loadedAt: dateOf(loadedAt), expiresAt: dateOf(expiresAt), tookMs, by, live, scope };
}
