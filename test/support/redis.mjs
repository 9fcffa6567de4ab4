// A throw-away Redis (or Valkey): own port, own folder, nothing written to disk.
import { redisAnswers } from './answers.mjs';
import { startServer } from './server-process.mjs';

const SETTINGS = { bind: '127.0.0.1', save: '', appendonly: 'no', daemonize: 'no' };

export const startRedis = (program) =>
  startServer({
    kind: 'redis',
    command: (folder, port) => [
      program,
      ...Object.entries({ ...SETTINGS, dir: folder, port }).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    url: (port) => `redis://127.0.0.1:${port}`,
    answers: redisAnswers,
    stopSignal: 'SIGKILL',
  });
