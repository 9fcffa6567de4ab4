import { Logger } from '@nestjs/common';
import type { CacheEvent } from '../core/events.js';

/** Says each thing once: a fault that happens a thousand times a second has one cause. */
export class CacheLog {
  readonly #logger = new Logger('Cache');
  readonly #said = new Set<string>();

  readonly tell = (event: CacheEvent): void => {
    // Nobody can do anything about it, and it passes.
    if (event.kind === 'unreadable' && event.isUsual) return;
    const subject = subjectOf(event);
    if (this.#said.has(subject)) return;
    // Faults carry texts of others; no stream of new ones may fill the memory.
    if (this.#said.size >= 1_000) this.#said.clear();
    this.#said.add(subject);
    this.#logger.warn(sentenceOf(event));
  };
}

/** What is said once: for a method that it has this weakness, and not in each of the places where it shows. */
function subjectOf(event: CacheEvent): string {
  if (event.kind === 'misdeclared') return `${event.kind} ${event.part} ${event.name}`;
  return event.kind === 'fault' ? sentenceOf(event) : `${event.kind} ${event.name}`;
}

function sentenceOf(event: CacheEvent): string {
  const reason = event.error instanceof Error ? event.error.message : String(event.error);
  if (event.kind === 'refused') return `${event.name} is answered from the source each time: ${reason}`;
  if (event.kind === 'confined') return `${event.name} is answered from the source each time. ${reason}`;
  if (event.kind === 'misdeclared')
    return `${event.name} is answered from the source: its ${event.part} failed. ${reason}`;
  if (event.kind === 'untold')
    return `${event.name} invalidates everything, because its tags failed. Correct them in @InvalidatesTags. ${reason}`;
  if (event.kind === 'unshared') return `${event.name} is kept by each process for itself: ${reason}`;
  if (event.kind === 'unreadable') return `${event.name} was found in Redis and not read: ${reason}`;
  return `Failed while ${event.during}; what it concerns is answered from the source. ${reason}`;
}
