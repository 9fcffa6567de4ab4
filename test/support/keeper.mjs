// A process of its own that owns the servers. It ends them when whoever asked for them is gone: the channel between
// the two closes on an orderly stop, on Ctrl-C, on a crash and on SIGKILL alike. It leads its own session, so that
// Ctrl-C in the terminal reaches the tests and not it. Started by servers.mjs with ["redis", "postgres"] as argument.
import { findOrInstall } from './install.mjs';
import { startPostgres } from './postgres.mjs';
import { findPostgres, findRedis } from './programs.mjs';
import { startRedis } from './redis.mjs';

const KINDS = {
  redis: { find: findRedis, start: startRedis, apt: 'redis-server', given: 'REDIS_URL' },
  postgres: { find: findPostgres, start: startPostgres, apt: 'postgresql', given: 'DATABASE_URL' },
};

const wanted = JSON.parse(process.argv[2]);
const abandoned = new Promise((resolve) => {
  process.once('disconnect', resolve);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
});

const started = begin();
started.then(
  (servers) => tell({ servers: servers.map(({ kind, url, pid, folder }) => ({ kind, url, pid, folder })) }),
  (error) => tell({ failed: error.message }),
);
await abandoned;
// Whatever is still starting is waited for first, else it would be left behind.
const servers = await started.catch(() => []);
await Promise.all(servers.map((server) => server.end()));
process.exit();

async function begin() {
  await findOrInstall(wanted.map((kind) => KINDS[kind]));
  const results = await Promise.allSettled(
    wanted.map(async (kind) => ({ kind, ...(await KINDS[kind].start(KINDS[kind].find())) })),
  );
  const failure = results.find((result) => result.status === 'rejected');
  const running = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  if (!failure) return running;
  await Promise.all(running.map((server) => server.end()));
  throw failure.reason;
}

function tell(message) {
  if (process.connected) process.send(message, () => {}); // a parent that is gone by now needs no answer
}
