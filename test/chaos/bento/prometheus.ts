export { CacheMetricsModule } from './watching.js';
