import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { Cache } from '../core/cache.js';

export interface CacheHealthOptions {
  /** True: `down` while the cache cannot do its work. Default: `up`, because every read is answered all the same. */
  readonly strict?: boolean;
}

/**
 * The cache for @nestjs/terminus: `() => this.cache.isHealthy('cache')`. It looks at what this process knows already and asks nobody,
 * so it is never late.
 */
@Injectable()
export class CacheHealthIndicator {
  constructor(@Inject(Cache) private readonly cache: Cache) {}

  async isHealthy<const Key extends string>(
    key: Key,
    { strict = false }: CacheHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const trouble = this.#trouble();
    if (trouble === undefined) return resultOf(key, { status: 'up', degraded: false });
    return resultOf(key, { status: strict ? 'down' : 'up', degraded: true, message: trouble });
  }

  #trouble(): string | undefined {
    const { enabled, inStep, breakerOpen } = this.cache.statistics();
    if (!enabled) return undefined;
    const isOut = 'Out of step with the other processes, so reads are answered from the source';
    if (!inStep) return breakerOpen ? `${isOut}: Redis does not answer.` : `${isOut}.`;
    return breakerOpen ? 'Redis does not answer, so what other processes keep there is loaded here.' : undefined;
  }
}

function resultOf<Key extends string>(key: Key, detail: HealthIndicatorResult[string]): HealthIndicatorResult<Key> {
  return { [key]: detail } as HealthIndicatorResult<Key>;
}
