import { Logger } from '@nestjs/common';
import type { Clock } from '../coherence/clock.js';
import type { CacheEvent } from '../core/events.js';
import { systemClock } from '../core/system-clock.js';
import { StateLog } from './state-log.js';

/** Says each thing once: a fault that happens a thousand times a second has one cause. */
export class CacheLog {
  readonly #logger = new Logger('Cache');
  readonly #said = new Set<string>();
  readonly #trust: StateLog;
  readonly #breaker: StateLog;
  #trusted = false;

  constructor(clock: Clock = systemClock) {
    this.#trust = new StateLog(clock, {
      change: (inStep) => this.#sayTrust(inStep),
      summary: (changes, inStep) =>
        this.#logger.warn(`${changes} more changes of step within a minute; now ${inStep ? 'in' : 'out of'} step.`),
    });
    this.#breaker = new StateLog(clock, {
      change: (open) => this.#sayBreaker(open),
      summary: (changes, open) => {
        const now = open ? 'it does not answer' : 'it answers';
        this.#logger.warn(`Redis went away or came back ${changes} more times within a minute; now ${now}.`);
      },
    });
  }

  readonly tell = (event: CacheEvent): void => {
    if (event.kind === 'trust') return this.#trust.changed(event.inStep);
    if (event.kind === 'breaker') return this.#breaker.changed(event.open);
    // Nobody can do anything about it, and it passes.
    if (event.kind === 'unreadable' && event.isUsual) return;
    // Of interest to whoever asks for it.
    if (event.kind === 'warming') return;
    const subject = subjectOf(event);
    if (this.#said.has(subject)) return;
    // Faults carry texts of others; no stream of new ones may fill the memory.
    if (this.#said.size >= 1_000) this.#said.clear();
    this.#said.add(subject);
    this.#logger.warn(sentenceOf(event));
  };

  /** Each change, and not each call that meets it. */
  #sayTrust(inStep: boolean): void {
    if (!inStep) return this.#logger.warn('Out of step: reads are answered from the source.');
    this.#logger.log(`In step${this.#trusted ? ' again' : ''}: reads are answered from memory.`);
    this.#trusted = true;
  }

  #sayBreaker(open: boolean): void {
    if (open)
      return this.#logger.warn('Redis does not answer and is left alone. What others keep there is loaded here.');
    this.#logger.log('Redis answers again.');
  }
}

type Weakness = Exclude<CacheEvent, { readonly kind: 'trust' | 'breaker' | 'warming' }>;

/** What is said once: for a method that it has this weakness, and not in each of the places where it shows. */
function subjectOf(event: Weakness): string {
  if (event.kind === 'misdeclared') return `${event.kind} ${event.part} ${event.name}`;
  return event.kind === 'fault' ? sentenceOf(event) : `${event.kind} ${event.name}`;
}

function sentenceOf(event: Weakness): string {
  const reason = event.error instanceof Error ? event.error.message : String(event.error);
  if (event.kind === 'refused') return `${event.name} is answered from the source each time: ${reason}`;
  if (event.kind === 'confined') return `${event.name} is answered from the source each time. ${reason}`;
  if (event.kind === 'misdeclared')
    return `${event.name} is answered from the source: its ${event.part} failed. ${reason}`;
  if (event.kind === 'untold')
    return `${event.name} invalidates everything, because its tags failed. Correct them in @InvalidatesTags. ${reason}`;
  if (event.kind === 'unshared') return `${event.name} is kept by each process for itself: ${reason}`;
  if (event.kind === 'difference') return reason;
  if (event.kind === 'unprepared')
    return `${event.name} was not loaded ahead by ${event.by}, and is when somebody asks for it. ${reason}`;
  if (event.kind === 'unreadable') return `${event.name} was found in Redis and not read: ${reason}`;
  return `Failed while ${event.during}; what it concerns is answered from the source. ${reason}`;
}
