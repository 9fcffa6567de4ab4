import { Logger } from '@nestjs/common';
import type { CacheEvent } from '../core/events.js';

/** Says each thing once: a fault that happens a thousand times a second has one cause. */
export class CacheLog {
  readonly #logger = new Logger('Cache');
  readonly #said = new Set<string>();

  readonly tell = (event: CacheEvent): void => {
    const sentence = sentenceOf(event);
    if (this.#said.has(sentence)) return;
    // Faults carry texts of others; no stream of new ones may fill the memory.
    if (this.#said.size >= 1_000) this.#said.clear();
    this.#said.add(sentence);
    this.#logger.warn(sentence);
  };
}

function sentenceOf(event: CacheEvent): string {
  const reason = event.error instanceof Error ? event.error.message : String(event.error);
  if (event.kind === 'refused') return `${event.name} is answered from the source each time: ${reason}`;
  if (event.kind === 'misdeclared')
    return `${event.name} is answered from the source: its ${event.part} failed. ${reason}`;
  return `Failed while ${event.during}; what it concerns is answered from the source. ${reason}`;
}
