// One throw-away server: a program, a free port, a folder. Whoever starts it ends it through `end`, never by name.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ATTEMPTS = 3;
const READY_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 6_000;

/** The name of every folder made by one keeper begins so; a test can therefore tell that all are gone. */
const folderPrefix = (kind, keeperPid) => `data-room-test-${keeperPid}-${kind}-`;

/**
 * `prepare(folder, identity)` fills the folder once, `command(folder, port)` gives program and arguments, and
 * `answers(url)` decides when it is ready. Another process may take the free port first, so a server that ends at once
 * is tried again on another one.
 */
export async function startServer({ kind, prepare = async () => {}, command, url, answers, stopSignal }) {
  const identity = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), folderPrefix(kind, process.pid)));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  try {
    chmodSync(folder, 0o700);
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
    await prepare(folder, identity);
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = launch(command(folder, port), folder, identity);
      const end = () => endChild(child, stopSignal).then(remove);
      if (await becomesReady(child, () => answers(url(port)))) return { url: url(port), pid: child.pid, folder, end };
      await endChild(child, stopSignal);
      if (attempt === ATTEMPTS) throw new Error(`${kind} did not start. Its last words:\n${lastWords(folder)}`);
    }
  } catch (error) {
    remove();
    throw error;
  }
}

const freePort = async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

/** A child's environment holds nothing of ours: PGPORT, PGDATA or an uninstalled locale would bend the server. */
export const bareEnvironment = () => ({ PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' });

function launch([program, ...args], folder, identity) {
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn(program, args, {
    ...identity,
    cwd: folder,
    env: bareEnvironment(),
    stdio: ['ignore', log, log],
  });
  child.on('error', () => {}); // a program that cannot be run never becomes ready, and that is reported
  closeSync(log);
  return child;
}

const hasEnded = (child) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function becomesReady(child, answers) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!hasEnded(child) && Date.now() < deadline) {
    try {
      await answers();
      return true;
    } catch {
      await pause(10); // not yet: the port opens before the server takes requests
    }
  }
  return false;
}

// A server that a test has stopped or overloaded may not hear a polite signal.
async function endChild(child, stopSignal) {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(stopSignal);
  child.kill('SIGCONT');
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await ended;
  clearTimeout(late);
}

// PostgreSQL refuses to run as root, and neither server needs to.
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const user = ['postgres', 'nobody'].find((name) => number('-u', name) !== undefined);
  return { uid: number('-u', user), gid: number('-g', user) };
}

function number(what, user) {
  try {
    return Number(execFileSync('id', [what, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined; // no such user
  }
}

function lastWords(folder) {
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-5).join('\n');
}
