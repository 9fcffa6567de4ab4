import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Optional, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { Reach } from '../../coherence/registrar.js';
import { everything } from '../../coherence/tag.js';
import { tagOfKey } from '../../core/entry.js';
import { CacheError } from '../../core/errors.js';
import { Explainer } from '../../core/insight/explain.js';
import type { Point } from '../../core/insight/pulse.js';
import type { Runtime } from '../../core/runtime.js';
import { Survey } from '../../core/insight/survey.js';
import { Composition } from '../composition.js';
import type { Lives } from '../lives.js';
import type { Targets } from './asked.js';
import { consoleSettingsFrom, type CacheConsoleOptions } from './console.options.js';
import { CONSOLE_OPTIONS } from './console.tokens.js';
import { explanationTold, type ExplanationTold } from './explanation.js';
import { Status } from './status.js';

const partingMs = 50;

/** The console of one application: nothing of it runs where it is not imported. */
@Injectable()
export class Console implements OnModuleInit, OnModuleDestroy {
  readonly runtime: Runtime;
  readonly status: Status;
  readonly survey: Survey;
  readonly points = new Subject<Point>();
  readonly #explainer: Explainer;
  readonly #lives: Lives;

  constructor(
    @Optional() @Inject(CONSOLE_OPTIONS) options: CacheConsoleOptions | undefined,
    @Optional() @Inject(Composition) composition: Composition | undefined,
  ) {
    consoleSettingsFrom(options);
    if (composition === undefined) throw withoutCache();
    const { runtime, lives } = composition;
    this.runtime = runtime;
    this.status = new Status(composition);
    this.survey = new Survey(runtime);
    this.#explainer = new Explainer(runtime);
    this.#lives = lives;
  }

  onModuleInit(): void {
    this.status.start((point) => this.points.next(point));
  }

  async explain(key: string): Promise<ExplanationTold> {
    return explanationTold(await this.#explainer.explain(key), { lives: this.#lives, dateOf: this.status.dateOf });
  }

  /** Done when no instance in step answers from before it. */
  async invalidate({ tags, keys, all }: Targets): Promise<Reach | undefined> {
    const { cache, reader } = this.runtime;
    const changed = [...tags, ...keys.map(tagOfKey), ...(all ? [everything] : [])];
    const reach = await cache.revoke(changed, { fallback: false });
    if (all) reader.forget();
    return reach;
  }

  /**
   * Before the server waits for its connections: those that hear of everything would keep it from closing. A moment later they
   * count as idle, and it closes them.
   */
  async onModuleDestroy(): Promise<void> {
    const isHeard = this.points.observed;
    this.points.complete();
    await this.status.stop();
    if (isHeard) await pause(partingMs);
  }
}

function withoutCache(): CacheError {
  const advice = 'Import CacheModule.forRoot() in the root module, too.';
  return new CacheError('CACHE_OPTIONS_INVALID', `CacheConsoleModule has no cache to show. ${advice}`);
}
