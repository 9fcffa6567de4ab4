import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { LoggerService } from '@nestjs/common';
import helmet, { type HelmetOptions } from 'helmet';
import { AppModule } from './app.module.js';
import type { Environment } from './environment.js';
import { describeApi } from './http/api-description.js';
import { cacheStatus } from './http/cache-status.js';
import { contentType } from './http/content-type.js';

// The page on /docs fetches its parts over whatever it was fetched over, which may be plain HTTP.
const securityHeaders: HelmetOptions = { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } };

/** The whole application, ready to listen. Throws instead of ending the process. */
export async function createApplication(
  environment: Environment,
  logger: LoggerService | false,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(environment), {
    logger,
    abortOnError: false,
  });
  app.use(cacheStatus(!/^(false|0)$/i.test(process.env.CACHE_ENABLED ?? '')), helmet(securityHeaders), contentType);
  app.disable('x-powered-by');
  app.enableShutdownHooks();
  describeApi(app);
  return app;
}
