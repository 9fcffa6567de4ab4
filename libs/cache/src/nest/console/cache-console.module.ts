import { Module, type DynamicModule } from '@nestjs/common';
import { consoleController } from './console.controller.js';
import { Console } from './console.js';
import { consoleSettingsFrom, type CacheConsoleOptions, type ConsoleSettings } from './console.options.js';
import { CONSOLE_OPTIONS } from './console.tokens.js';
import { pageController } from './page.controller.js';

/**
 * The cache to be seen and steered: a dashboard at `/cache`, and what it asks for beside it.
 *
 * ```ts
 * imports: [CacheModule.forRoot(), CacheConsoleModule.forRoot({ guards: [AdminGuard], imports: [UsersModule] })],
 * ```
 */
@Module({ providers: [Console] })
export class CacheConsoleModule {
  static forRoot(options: CacheConsoleOptions): DynamicModule {
    const settings = settled(options);
    return {
      module: CacheConsoleModule,
      imports: settings?.imports ?? [],
      // What is wrong with the options is said at boot, as it is for everything else.
      controllers: settings === undefined ? [] : [pageController(settings), consoleController(settings)],
      providers: [{ provide: CONSOLE_OPTIONS, useValue: options }],
    };
  }
}

function settled(options: CacheConsoleOptions): ConsoleSettings | undefined {
  try {
    return consoleSettingsFrom(options);
  } catch {
    return undefined;
  }
}
