/**
 * `npm run hosts`: the library as it is published, in applications of another kind than the one in `apps`, with their packages from
 * the registry. Not a part of the tests: it asks the network.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideServers } from '../support/servers.mjs';
import { createDatabase } from '../support/scratch-database.js';

const here = import.meta.dirname;
const repository = join(here, '../..');
const folder = mkdtempSync(join(tmpdir(), 'data-room-hosts-'));

function run(command: string, cwd: string): void {
  const { status, signal } = spawnSync(command, { cwd, shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} in ${cwd} ended with ${status ?? signal}.`);
}

const servers = await provideServers({ redisUrl: process.env.REDIS_URL, databaseUrl: process.env.DATABASE_URL });
process.env.REDIS_URL = servers.redisUrl;
process.env.DATABASE_URL = servers.databaseUrl;
const database = await createDatabase();
process.env.DATABASE_URL = database.url;
// Nobody else's instances and entries.
process.env.CACHE_PREFIX = `hosts-${randomUUID()}`;
try {
  run('npm run --silent build:lib', repository);
  run(`npm pack --silent --pack-destination ${folder}`, join(repository, 'libs/cache'));
  const [archive = ''] = readdirSync(folder);
  for (const { name: host } of readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const place = join(folder, host);
    cpSync(join(here, host), place, { recursive: true });
    console.log(`\n${host}`);
    run(`npm install --silent --no-audit --no-fund --no-package-lock ${join(folder, archive)}`, place);
    run('npm test --silent', place);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
  await servers.stop();
}
