/** `@data-room/cache/opentelemetry`: for those who have @opentelemetry/api, and an SDK behind it. */
export { instrumentCache, type InstrumentationOptions } from './observability/opentelemetry/instrument-cache.js';
