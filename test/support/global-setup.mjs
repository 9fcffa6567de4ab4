// Runs once before all tests: puts a REDIS_URL and a DATABASE_URL that answer into the environment of the workers.
import { provideServers } from './servers.mjs';

export default async function globalSetup() {
  const servers = await provideServers({ redisUrl: process.env.REDIS_URL, databaseUrl: process.env.DATABASE_URL });
  process.env.REDIS_URL = servers.redisUrl;
  process.env.DATABASE_URL = servers.databaseUrl;
  globalThis.stopTestServers = servers.stop;
}
