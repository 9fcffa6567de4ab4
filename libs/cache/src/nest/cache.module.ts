import { randomUUID } from 'node:crypto';
import { ConfigurableModuleBuilder, Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Cache } from '../core/cache.js';
import { systemClock } from '../core/clock.js';
import { CacheError } from '../core/errors.js';
import { Runtime } from '../core/runtime.js';
import { CacheInterceptors } from './cache-interceptors.js';
import { CacheLog } from './cache-log.js';
import { cacheManager } from './cache-manager.bridge.js';
import { settingsFrom, type CacheModuleOptions } from './cache.options.js';
import { CacheWiring } from './cache-wiring.js';
import { CACHE_MANAGER, RUNTIME } from './tokens.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<CacheModuleOptions>({
    moduleName: 'Cache',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCacheOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

/** The composition root: the only place that knows which clock, log and registrar a cache has. */
const runtime: Provider = {
  provide: RUNTIME,
  inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }],
  useFactory: (options: CacheModuleOptions | undefined) => {
    if (options === undefined) throw importedBare();
    const { policy, redisUrl } = settingsFrom(options, process.env);
    if (redisUrl !== undefined && policy.enabled) warnOfRedis();
    const { tell } = new CacheLog();
    const built = new Runtime({ policy, clock: systemClock, tell, epoch: randomUUID() });
    // Until the wiring follows the data sources, a write could pass unseen.
    built.reader.close();
    return built;
  },
};

const cache: Provider = { provide: Cache, inject: [RUNTIME], useFactory: (built: Runtime) => built.cache };

function importedBare(): CacheError {
  const advice = 'Write imports: [CacheModule.forRoot()] in the root module and nowhere else: it is global.';
  return new CacheError('CACHE_OPTIONS_INVALID', `CacheModule is imported without options. ${advice}`);
}

function warnOfRedis(): void {
  new Logger('Cache').warn(
    'REDIS_URL is set, and this version does not connect to it: the cache is kept in the memory of this process, which ' +
      'does not see what other processes write. Run one process, or set CACHE_ENABLED=false.',
  );
}

/** Imported once, in the root module: `CacheModule.forRoot()`. */
@Module({
  imports: [DiscoveryModule],
  providers: [runtime, cache, cacheManager, CacheWiring, CacheInterceptors],
  exports: [RUNTIME, Cache, CACHE_MANAGER],
})
export class CacheModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }
}
