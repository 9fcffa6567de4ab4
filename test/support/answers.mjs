// Whether a server answers at a URL: one PING, one SELECT 1. Rejects with the reason when it does not.
import { Redis } from 'ioredis';
import pg from 'pg';

const PATIENCE_MS = 3_000;

export async function redisAnswers(url) {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason;
  redis.on('error', (error) => (reason = error)); // connect() itself only says "Connection is closed."
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw reason ?? error;
  } finally {
    // on a connection that is closed already, disconnect would leave a timer behind
    if (!['close', 'end'].includes(redis.status)) redis.disconnect();
  }
}

export async function postgresAnswers(url) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => {}); // a connection lost after the answer is of no interest here
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => {}); // it never connected: there is nothing to close
  }
}
