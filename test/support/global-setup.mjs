// Runs once before all tests: puts a REDIS_URL and a DATABASE_URL that answer into the environment of the workers, and a
// CHROMIUM if one of the tests needs it. Here and not in those tests, so that two workers never install it at once.
import { needsBrowser, provideChromium } from './chromium.mjs';
import { provideServers } from './servers.mjs';

export default async function globalSetup(run) {
  const servers = await provideServers({ redisUrl: process.env.REDIS_URL, databaseUrl: process.env.DATABASE_URL });
  process.env.REDIS_URL = servers.redisUrl;
  process.env.DATABASE_URL = servers.databaseUrl;
  globalThis.stopTestServers = servers.stop;
  if (needsBrowser(run)) process.env.CHROMIUM = await provideChromium(process.env.CHROMIUM);
}
