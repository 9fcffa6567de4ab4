import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Post,
  Query,
  Sse,
  UseGuards,
  type MessageEvent,
  type Type,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Reach } from '../../coherence/registrar.js';
import type { Hit } from '../../core/insight/survey.js';
import { nameIn, neededTextIn, tagsIn, targetsIn, textIn, wholeNumberIn } from './asked.js';
import type { ConsoleSettings } from './console.options.js';
import { Undescribed } from './undescribed.decorator.js';
import { Console } from './console.js';
import { entriesPage, type EntriesPage } from './entries.js';
import type { ExplanationTold } from './explanation.js';
import { live } from './live.js';
import type { CachePulse, CacheStatus } from './status.js';

const usualLimit = 50;
const mostEntries = 200;

/** Keys name what is confidential: no browser and no proxy keeps an answer. */
const Unstored = () => Header('Cache-Control', 'no-store');

/** The routes that tell of the cache and steer it, behind their guards. */
export function consoleController({ path, guards }: ConsoleSettings): Type {
  // A class of its own for each console: guards leave their marks on it.
  @Controller(path)
  @Undescribed()
  @UseGuards(...guards)
  class CacheConsoleController {
    constructor(@Inject(Console) private readonly console: Console) {}

    @Get('status')
    @Unstored()
    async status(): Promise<CacheStatus & { readonly pulse: CachePulse }> {
      const { status } = this.console;
      return { ...(await status.now()), pulse: status.pulse };
    }

    @Sse('live')
    live(): Observable<MessageEvent> {
      return live(this.console.status, this.console.points);
    }

    @Get('entries')
    @Unstored()
    async entries(@Query() query: Record<string, unknown>): Promise<EntriesPage> {
      const { survey, status } = this.console;
      const limit = wholeNumberIn(query, 'limit', { usual: usualLimit, most: mostEntries });
      const [tag, prefix, after] = ['tag', 'prefix', 'after'].map((name) => textIn(query, name));
      return entriesPage(await survey.page({ tag, prefix, after, limit }), status.dateOf);
    }

    @Get('explain')
    @Unstored()
    explain(@Query() query: Record<string, unknown>): Promise<ExplanationTold> {
      return this.console.explain(neededTextIn(query, 'key'));
    }

    @Get('dry-run')
    @Unstored()
    async dryRun(@Query() query: Record<string, unknown>): Promise<Hit & { readonly tags: readonly string[] }> {
      const tags = tagsIn(query);
      return { tags, ...(await this.console.survey.reachOf(tags)) };
    }

    @Post('invalidate')
    @HttpCode(200)
    async invalidate(@Body() body: unknown): Promise<{ readonly done: true; readonly reach: Reach | null }> {
      const reach = await this.console.invalidate(targetsIn(body));
      return { done: true, reach: reach ?? null };
    }

    @Post('warm')
    @HttpCode(200)
    warm(@Body() body: unknown): Pick<CacheStatus, 'warmings'> {
      const name = nameIn(body);
      if (!this.console.runtime.warmer.begin(name)) throw new BadRequestException(`There is no warming named ${name}.`);
      return { warmings: this.console.status.warmings };
    }
  }
  return CacheConsoleController;
}
