/** What an envelope says of the value within, apart from its bytes. */
import type { Tag } from '../coherence/tag.js';
import type { Dated, Draft } from '../core/store.js';
import type { ClassMark } from './prototypes.js';

export interface Header extends Omit<Draft, 'value'>, Dated {
  /** The entry's own, so that what is moved to another does not open. */
  readonly key: string;
  readonly marks: readonly ClassMark[];
}

// JSON, because it keeps every text as it is, halves of surrogate pairs too, and a person can read it.
export function headerText({
  key,
  stamp,
  tags,
  weight,
  fallbackMs,
  by,
  tookMs,
  writtenAt,
  ttlMs,
  marks,
}: Header): string {
  // JSON has no word for them
  if (![stamp.position, weight, fallbackMs, tookMs, writtenAt, ttlMs].every(isCount))
    throw new RangeError('a time without end');
  const { epoch, position } = stamp;
  return JSON.stringify([key, epoch, position, tags, weight, fallbackMs, writtenAt, ttlMs, marks, by, tookMs]);
}

/** Undefined for another text. */
export function headerOf(text: string): Header | undefined {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts) || parts.length !== 11) return undefined;
  const [key, epoch, position, tags, weight, fallbackMs, writtenAt, ttlMs, marks, by, tookMs] = parts as unknown[];
  const isHeader =
    typeof key === 'string' &&
    typeof epoch === 'string' &&
    isCount(position) &&
    isListOf(tags, (tag) => typeof tag === 'string') &&
    isCount(weight) &&
    isCount(fallbackMs) &&
    isCount(writtenAt) &&
    isCount(ttlMs) &&
    typeof by === 'string' &&
    isCount(tookMs) &&
    isListOf(marks, isMark);
  if (!isHeader) return undefined;
  return {
    key,
    stamp: { epoch, position },
    tags: tags as readonly Tag[],
    weight,
    fallbackMs,
    by,
    tookMs,
    writtenAt,
    ttlMs,
    marks: marks as readonly ClassMark[],
  };
}

function isCount(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isMark(value: unknown): boolean {
  return isListOf(value, (part) => typeof part === 'string') && (value as unknown[]).length === 2;
}
