import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Cache } from '../core/cache.js';
import { registerCacheMetrics, type CacheMetricsOptions } from '../observability/prometheus/cache-metrics.js';

const OPTIONS = Symbol('options of CacheMetricsModule');

/** In the register while the application runs, so that the next one in this process finds it empty. */
@Injectable()
class CacheMetrics implements OnModuleInit, OnApplicationShutdown {
  #unregister: (() => void) | undefined;

  constructor(
    @Inject(Cache) private readonly cache: Cache,
    @Inject(OPTIONS) private readonly options: CacheMetricsOptions,
  ) {}

  async onModuleInit(): Promise<void> {
    // Tests initialise an application twice.
    this.#unregister?.();
    this.#unregister = await registerCacheMetrics(this.cache, this.options);
  }

  onApplicationShutdown(): void {
    this.#unregister?.();
    this.#unregister = undefined;
  }
}

/**
 * What the cache has counted, for Prometheus: `imports: [CacheMetricsModule.forRoot()]` beside the `PrometheusModule` of
 * @willsoto/nestjs-prometheus, or whatever else answers `/metrics` from a register of prom-client.
 */
@Module({})
export class CacheMetricsModule {
  static forRoot(options: CacheMetricsOptions = {}): DynamicModule {
    return { module: CacheMetricsModule, providers: [{ provide: OPTIONS, useValue: options }, CacheMetrics] };
  }
}
