/** `@data-room/cache/terminus`: for those who have @nestjs/terminus. */
export { CacheHealthIndicator, type CacheHealthOptions } from './nest/cache-health.indicator.js';
