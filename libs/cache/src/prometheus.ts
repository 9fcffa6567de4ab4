/** `@data-room/cache/prometheus`: for those who have prom-client. */
export { CacheMetricsModule } from './nest/cache-metrics.module.js';
export { registerCacheMetrics, type CacheMetricsOptions } from './observability/prometheus/cache-metrics.js';
