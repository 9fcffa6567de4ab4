import { Logger } from '@nestjs/common';
import type { Coherence } from '../coherence/coherence.js';
import type { Classes } from '../core/classes.js';
import type { Runtime } from '../core/runtime.js';
import type { RedisAccess } from '../redis/redis.js';
import type { OutageRecords } from '../typeorm/outage-records.js';
import type { TableOfScopeKeys } from '../typeorm/scope-keys.js';
import type { Witnesses } from '../typeorm/witnesses.js';
import type { Lives } from './lives.js';
import type { CacheSettings } from './settings/settings.js';

/** What a cache is made of, as it begins and ends. */
export class Composition {
  readonly runtime: Runtime;
  readonly settings: CacheSettings;
  /** What this process is called by others. */
  readonly lives: Lives;
  /** Absent in a process that shares its list with no other. */
  readonly witnesses: Witnesses | undefined;
  readonly records: OutageRecords | undefined;
  /** What is known of classes; absent while the cache is off. */
  readonly classes: Classes | undefined;
  readonly scopeKeys: TableOfScopeKeys | undefined;
  readonly #coherence: Coherence;
  readonly #mode: string;
  /** Absent in a process that shares nothing. */
  readonly redis: RedisAccess | undefined;
  readonly #close: (() => Promise<unknown>) | undefined;
  #started = false;

  constructor(parts: {
    readonly runtime: Runtime;
    readonly settings: CacheSettings;
    readonly lives: Lives;
    readonly coherence: Coherence;
    readonly witnesses?: Witnesses;
    readonly records?: OutageRecords;
    readonly classes?: Classes;
    readonly scopeKeys?: TableOfScopeKeys;
    readonly mode: string;
    readonly redis?: RedisAccess;
    /** Closes what was opened later. */
    readonly close?: () => Promise<unknown>;
  }) {
    this.runtime = parts.runtime;
    this.settings = parts.settings;
    this.lives = parts.lives;
    this.witnesses = parts.witnesses;
    this.records = parts.records;
    this.classes = parts.classes;
    this.scopeKeys = parts.scopeKeys;
    this.#coherence = parts.coherence;
    this.#mode = parts.mode;
    this.redis = parts.redis;
    this.#close = parts.close;
  }

  /** Says in one line how this process caches, and begins. Once: tests initialise an application twice. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    new Logger('Cache').log(this.#mode);
    if (!this.runtime.policy.enabled) return;
    this.redis?.start();
    this.#coherence.start();
  }

  /** Leaves the others, so that none of them waits for this process. */
  async stop(): Promise<void> {
    await this.#coherence.stop();
    await this.redis?.close();
    await this.records?.close();
    await this.#close?.();
  }
}
