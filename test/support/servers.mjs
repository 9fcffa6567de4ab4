// Redis and PostgreSQL for tests. They live in a keeper process and go away with whoever asked, however that ends.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { postgresAnswers, redisAnswers } from './answers.mjs';

const KEEPER = fileURLToPath(new URL('./keeper.mjs', import.meta.url));

/**
 * Starts the kinds asked for side by side: `const { redis, stop } = await startServers(['redis'])`.
 * Each has `url`, `pid` and `folder`; a test may stop, freeze or kill the pid.
 */
export async function startServers(kinds = ['redis', 'postgres'], { onKeeper = () => {} } = {}) {
  const keeper = fork(KEEPER, [JSON.stringify(kinds)], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onKeeper(keeper.pid);
  const exit = once(keeper, 'exit');
  const stop = async () => {
    keeper.ref();
    if (keeper.connected) keeper.disconnect();
    await exit;
  };
  const answer = await Promise.race([
    once(keeper, 'message').then(([message]) => message),
    exit.then(([code, signal]) => ({ failed: `The keeper of the test servers ended with ${signal ?? code}.` })),
  ]);
  if (answer.failed) {
    await stop();
    throw new Error(answer.failed);
  }
  // The tests decide how long this process lives, not its keeper.
  keeper.unref();
  keeper.channel?.unref();
  return {
    ...Object.fromEntries(answer.servers.map(({ kind, ...server }) => [kind, server])),
    keeperPid: keeper.pid,
    stop,
  };
}

/** Servers given by URL are used as they are; only the missing ones are started. */
export async function provideServers({ redisUrl, databaseUrl } = {}) {
  await Promise.all([
    redisUrl && mustAnswer('REDIS_URL', redisUrl, redisAnswers),
    databaseUrl && mustAnswer('DATABASE_URL', databaseUrl, postgresAnswers),
  ]);
  const missing = [...(redisUrl ? [] : ['redis']), ...(databaseUrl ? [] : ['postgres'])];
  const own = missing.length > 0 ? await startServers(missing) : { stop: async () => {} };
  return { redisUrl: redisUrl || own.redis.url, databaseUrl: databaseUrl || own.postgres.url, stop: own.stop };
}

async function mustAnswer(variable, url, answers) {
  if (!URL.canParse(url))
    throw new Error(`${variable} is not a URL. Correct it, or unset it and the tests start a server.`);
  try {
    await answers(url);
  } catch (cause) {
    const { host } = new URL(url); // never the whole URL: it may hold a password
    const reason = cause.code ?? cause.message;
    throw new Error(
      `${variable} names ${host}, which does not answer (${reason}). Start it, or unset ${variable} and the tests start one of their own.`,
      { cause },
    );
  }
}
