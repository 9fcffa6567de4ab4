// A throw-away PostgreSQL: own cluster, own port, no sockets in shared places, and no care for what a power cut does.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAnswers } from './answers.mjs';
import { bareEnvironment, startServer } from './server-process.mjs';

const run = promisify(execFile);

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

// Unicode upper and lower case without depending on a locale that a bare machine has not generated.
const locale = process.platform === 'linux' ? 'C.UTF-8' : 'C';

export const startPostgres = (bin) =>
  startServer({
    kind: 'postgres',
    async prepare(folder, identity) {
      const cluster = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust'];
      await run(join(bin, 'initdb'), [...cluster, '--no-sync', '--encoding=UTF8', `--locale=${locale}`], {
        ...identity,
        cwd: folder,
        env: bareEnvironment(),
      });
    },
    command: (folder, port) => [
      join(bin, 'postgres'),
      '-D',
      join(folder, 'data'),
      ...Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    answers: postgresAnswers,
    stopSignal: 'SIGQUIT', // immediate: the data is thrown away, and backends that a test has stopped are not waited for
  });
