import { ConfigurableModuleBuilder, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { ApplicationConfig, DiscoveryModule } from '@nestjs/core';
import { Cache } from '../core/cache.js';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { CacheInterceptors } from './cache-interceptors.js';
import { cacheManager } from './cache-manager.bridge.js';
import type { CacheModuleOptions } from './settings/cache.options.js';
import { CacheWiring } from './cache-wiring.js';
import { compose } from './compose.js';
import { Composition } from './composition.js';
import { ScopeInterceptor } from './scope.interceptor.js';
import { settingsFrom } from './settings/settings.js';
import { CACHE_MANAGER, RUNTIME, SCOPE_OF } from './tokens.js';
import { Warming } from './warming.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<CacheModuleOptions>({
    moduleName: 'Cache',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCacheOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

const composition: Provider = {
  provide: Composition,
  inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }],
  useFactory: (options: CacheModuleOptions | undefined) => {
    if (options === undefined) throw importedBare();
    return compose(settingsFrom(options, process.env));
  },
};

const runtime: Provider = {
  provide: RUNTIME,
  inject: [Composition],
  useFactory: (built: Composition) => built.runtime,
};

const scopeOf: Provider = {
  provide: SCOPE_OF,
  inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }, RUNTIME, ApplicationConfig],
  useFactory: (options: CacheModuleOptions | undefined, { frames }: Runtime, application: ApplicationConfig) => {
    const ofRequest = options?.scopeOf;
    // Here, because handlers are bound to their interceptors before any onModuleInit.
    if (ofRequest !== undefined) application.addGlobalInterceptor(new ScopeInterceptor(frames, ofRequest));
    return ofRequest;
  },
};

const cache: Provider = { provide: Cache, inject: [RUNTIME], useFactory: (built: Runtime) => built.cache };

function importedBare(): CacheError {
  const advice = 'Write imports: [CacheModule.forRoot()] in the root module and nowhere else: it is global.';
  return new CacheError('CACHE_OPTIONS_INVALID', `CacheModule is imported without options. ${advice}`);
}

/** Imported once, in the root module: `CacheModule.forRoot()`. */
@Module({
  imports: [DiscoveryModule],
  providers: [composition, runtime, scopeOf, cache, cacheManager, CacheWiring, Warming, CacheInterceptors],
  exports: [RUNTIME, Composition, Cache, CACHE_MANAGER],
})
export class CacheModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }
}
