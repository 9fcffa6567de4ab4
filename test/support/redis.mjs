// A throw-away Redis (or Valkey): own port, own folder, nothing written to disk.
import { redisAnswers } from './answers.mjs';
import { startServer } from './server-process.mjs';

export const startRedis = (program) =>
  startServer({
    kind: 'redis',
    command: (folder, port) => [
      program,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ],
    url: (port) => `redis://127.0.0.1:${port}`,
    answers: redisAnswers,
    stopSignal: 'SIGKILL',
  });
