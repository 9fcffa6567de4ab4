// Two applications with a cache each, on one Redis.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Cache, type CacheModuleOptions } from '@data-room/cache';
import { boot, closeAll } from '../nest/boot.js';

const inStepMs = 5_000;

export interface Reading {
  readonly written: number;
  readonly read: number;
}

/** Of a list of readings, those that are wrong. */
export function stale(readings: readonly Reading[]): readonly Reading[] {
  if (readings.length === 0) throw new Error('Nothing was read.');
  return readings.filter(({ written, read }) => read !== written);
}

export class Pair {
  readonly one: Cache;
  readonly other: Cache;
  readonly #warnings: readonly (readonly string[])[];
  /** What both read; there is no database. */
  #row = 1;
  loads = 0;

  private constructor(applications: readonly [Application, Application]) {
    const [one, other] = applications;
    this.one = one.get(Cache);
    this.other = other.get(Cache);
    this.#warnings = applications.map(({ warnings }) => warnings);
  }

  static async start(options: CacheModuleOptions): Promise<Pair> {
    // Out of step they ask the source, so that what comes from memory is vouched for.
    const own = { prefix: randomUUID(), fallbackTtl: 0, ...options };
    return new Pair([await boot({}, own), await boot({}, own)]);
  }

  get warnings(): readonly string[] {
    return this.#warnings.flat();
  }

  read(cache: Cache): Promise<number> {
    return cache.getOrLoad(cache.key('row'), { tags: ['row:1'] }, async () => {
      this.loads++;
      return this.#row;
    });
  }

  /** As a write outside of any database does. */
  async write(cache: Cache): Promise<number> {
    this.#row++;
    await cache.invalidateTags(['row:1']);
    return this.#row;
  }

  /** What was read after the other had written, and what that was, five times each way; both had answered from memory before. */
  async exchange(): Promise<readonly Reading[]> {
    const readings: Reading[] = [];
    for (let round = 0; round < 5; round++) {
      await this.#becomeCached();
      for (const [reader, writer] of [
        [this.one, this.other],
        [this.other, this.one],
      ] as const) {
        await this.read(reader);
        const written = await this.write(writer);
        readings.push({ written, read: await this.read(reader) }, { written, read: await this.read(writer) });
      }
    }
    return readings;
  }

  stop(): Promise<void> {
    return closeAll();
  }

  async #becomeCached(): Promise<void> {
    const begunAt = performance.now();
    while (!(await this.#isCached())) {
      if (performance.now() - begunAt > inStepMs) throw new Error(`Not in step: ${this.warnings.join(' ')}`);
      await pause(20);
    }
  }

  async #isCached(): Promise<boolean> {
    await Promise.all([this.read(this.one), this.read(this.other)]);
    const before = this.loads;
    await Promise.all([this.read(this.one), this.read(this.other)]);
    return this.loads === before;
  }
}

type Application = Awaited<ReturnType<typeof boot>>;
