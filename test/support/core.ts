import { alone } from '../../libs/cache/src/coherence/alone.js';
import { MethodCounts } from '../../libs/cache/src/core/insight/counts.js';
import type { CacheEvent } from '../../libs/cache/src/core/events.js';
import { defaults, type Policy } from '../../libs/cache/src/core/policy.js';
import type { Read } from '../../libs/cache/src/core/read.js';
import { Runtime, type RuntimeParts } from '../../libs/cache/src/core/runtime.js';
import { HandClock } from './hand-clock.js';

/** A cache of one process without Nest and without a database, whose clock is turned by hand. */
export function core(policy: Partial<Policy> = {}, parts: Partial<RuntimeParts> = {}) {
  const clock = new HandClock();
  const events: CacheEvent[] = [];
  const runtime = new Runtime({
    policy: { ...defaults, ...policy },
    clock,
    tell: (event) => events.push(event),
    coherence: alone('epoch of the test', 200_000),
    ...parts,
  });
  const { cache, reader, transactions, auditor, frames, insight, memory, warmer } = runtime;
  const { policy: settled } = runtime;
  return { clock, events, cache, reader, transactions, auditor, frames, insight, memory, warmer, policy: settled };
}

/** A read of one key whose loads are counted. */
export class Source<T> implements Read<T> {
  readonly name = 'Source.read';
  readonly counts = new MethodCounts('Source.read');
  readonly copy = 'clone';
  readonly timeoutMs: number | undefined = undefined;
  fallbackMs = 0;
  loads = 0;
  tags: readonly string[] = ['row:1'];
  ttlMs: number | undefined = 60_000;

  constructor(
    private readonly give: () => T | Promise<T>,
    readonly key = 'key',
  ) {}

  async load(): Promise<T> {
    this.loads++;
    return this.give();
  }

  tagsOf(_value: T): readonly string[] {
    return this.tags;
  }

  ttlOf(_value: T): number | undefined {
    return this.ttlMs;
  }
}
