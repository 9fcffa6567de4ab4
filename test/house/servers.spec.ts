// The servers that the tests run on: found, installed or refused with a sentence, and always gone afterwards.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { findOrInstall, install } from '../support/install.mjs';
import { findPostgres, findRedis } from '../support/programs.mjs';
import { provideServers, startServers, type TestServer } from '../support/servers.mjs';

const support = (file: string) => join(import.meta.dirname, '../support', file);
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('servers of a test run', () => {
  it('that are given by URL are used as they are and outlive stop', async () => {
    const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;

    const provided = await provideServers({ redisUrl, databaseUrl });
    await provided.stop();

    expect(provided).toMatchObject({ redisUrl, databaseUrl });
    await expect(provideServers({ redisUrl, databaseUrl })).resolves.toBeDefined();
  });

  it('have ports and folders of their own, and are gone after stop', async () => {
    const [one, other] = await Promise.all([startServers(['redis']), startServers(['redis'])]);
    expect(one.redis.url).not.toBe(other.redis.url);
    expect(one.redis.folder).not.toBe(other.redis.folder);

    await Promise.all([one.stop(), other.stop()]);

    expect([...remains(one.redis), ...remains(other.redis)]).toEqual([]);
  });

  it('are gone after stop although a test has frozen one', async () => {
    const servers = await startServers();
    process.kill(servers.redis.pid, 'SIGSTOP');
    process.kill(servers.postgres.pid, 'SIGSTOP');

    await servers.stop();

    expect([...remains(servers.redis), ...remains(servers.postgres)]).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('are gone after %s of the process that asked', async (signal) => {
    const { child, messages } = asks();
    const { keeperPid } = await messages();
    const { redis, postgres } = await messages();
    expect(remains(redis)).not.toEqual([]);
    expect(remains(postgres)).not.toEqual([]);

    child.kill(signal);
    await until(() => !isAlive(keeperPid));

    expect([...remains(redis), ...remains(postgres)]).toEqual([]);
  });

  it('are gone after the process that asked was killed while they were starting', async () => {
    const { child, messages } = asks();
    const { keeperPid } = await messages();
    await until(() => foldersOf(keeperPid).some((folder) => folder.includes('postgres')));

    child.kill('SIGKILL');
    await until(() => !isAlive(keeperPid));

    expect(foldersOf(keeperPid)).toEqual([]);
    expect(processesNaming(`data-room-test-${keeperPid}-`)).toEqual([]);
  });
});

describe('a server given by URL', () => {
  it.each([
    [
      { redisUrl: 'redis://:secret@127.0.0.1:1' },
      /^REDIS_URL names 127\.0\.0\.1:1, which does not answer \(ECONNREFUSED\)\. Start it/,
    ],
    [
      { databaseUrl: 'postgres://me:secret@127.0.0.1:1/x' },
      /^DATABASE_URL names 127\.0\.0\.1:1, which does not answer \(/,
    ],
    [{ redisUrl: 'there' }, /^REDIS_URL is not a URL\./],
  ])('that does not answer is one sentence without its password: %j', async (given, sentence) => {
    const failure: Error = await provideServers(given).catch((error) => error);

    expect(failure.message).toMatch(sentence);
    expect(failure.message).not.toContain('secret');
  });
});

describe('programs', () => {
  it('are found on PATH, and PostgreSQL in the newest of Debian places', () => {
    const root = folder();
    for (const file of [
      'bin/valkey-server',
      '9/bin/initdb',
      '9/bin/postgres',
      '15/bin/initdb',
      '15/bin/postgres',
      '16/bin/initdb',
    ])
      program(root, file);

    expect(findRedis({ path: join(root, 'bin'), debian: join(root, 'none') })).toBe(join(root, 'bin/valkey-server'));
    expect(findPostgres({ path: '', debian: root })).toBe(join(root, '15/bin'));
    expect(findPostgres({ path: join(root, '9/bin'), debian: join(root, 'none') })).toBe(join(root, '9/bin'));
  });

  it('that are nowhere are undefined', () => {
    const root = folder();

    expect(findRedis({ path: root, debian: root })).toBeUndefined();
    expect(findPostgres({ path: root, debian: root })).toBeUndefined();
  });
});

describe('installation', () => {
  const { PATH } = process.env;
  afterEach(() => void (process.env.PATH = PATH));

  it('forbids service starts while it runs, takes back what the packages made, and says what it does', async () => {
    const { root, machine, calls } = pretendedMachine(0);
    mkdirSync(join(machine.clusters, '13/mine'), { recursive: true });
    const said: string[] = [];

    await install(['redis-server', 'postgresql'], (sentence) => said.push(sentence), machine);

    expect(calls()).toEqual([
      'apt-get update, services forbidden',
      'apt-get install -y --no-install-recommends redis-server postgresql, services forbidden',
      'pg_dropcluster 15 main',
    ]);
    expect(existsSync(join(root, 'policy-rc.d'))).toBe(false);
    expect(said).toEqual([expect.stringMatching(/^installing redis-server and postgresql with apt-get, because/)]);
  });

  it('leaves a policy of the owner alone, and its own behind in no case', async () => {
    const failing = pretendedMachine(100);
    await expect(install(['postgresql'], () => {}, failing.machine)).rejects.toThrow(
      /^apt-get update failed\. [^]*no such host/,
    );

    const owned = pretendedMachine(0);
    writeFileSync(owned.machine.policy, 'the owner');
    await install(['postgresql'], () => {}, owned.machine);

    expect(existsSync(failing.machine.policy)).toBe(false);
    expect(readFileSync(owned.machine.policy, 'utf8')).toBe('the owner');
  });

  /** A PATH whose apt-get writes down what it was asked, and makes the cluster that Debian's package makes. */
  function pretendedMachine(exitCode: number) {
    const root = folder();
    const machine = { policy: join(root, 'policy-rc.d'), clusters: join(root, 'clusters') };
    const note = `>> ${root}/calls`;
    program(
      root,
      'bin/apt-get',
      `shift 3; services=allowed; [ ! -x ${machine.policy} ] || services=forbidden; echo "apt-get $*, services $services" ${note}`,
      `[ "$1" = update ] || mkdir -p ${machine.clusters}/15/main; echo no such host; exit ${exitCode}`,
    );
    program(root, 'bin/pg_dropcluster', `echo "pg_dropcluster $*" ${note}`);
    process.env.PATH = `${join(root, 'bin')}:${PATH}`;
    return { root, machine, calls: () => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') };
  }
});

describe('a machine without servers', () => {
  const redis = { find: () => undefined, apt: 'redis-server', given: 'REDIS_URL' };
  const postgres = { find: () => undefined, apt: 'postgresql', given: 'DATABASE_URL' };

  it('on which nothing may be installed is told in a sentence what to do', async () => {
    await expect(findOrInstall([redis, postgres], { mayInstall: false })).rejects.toThrow(
      'The tests need redis-server and postgresql, and this machine has none. ' +
        'Install them (Debian: apt-get install redis-server postgresql) or set REDIS_URL and DATABASE_URL.',
    );
  });

  it('is asked for nothing that it has', async () => {
    const found = { ...redis, find: () => '/usr/bin/redis-server' };

    await expect(findOrInstall([found, postgres], { mayInstall: false })).rejects.toThrow(
      /^The tests need postgresql, and/,
    );
    await expect(findOrInstall([found], { mayInstall: false })).resolves.toBeUndefined();
  });
});

function asks() {
  const child = spawn(process.execPath, [support('asks-for-servers.child.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, messages: async () => JSON.parse((await lines.next()).value as string) };
}

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'data-room-house-'));
  folders.push(path);
  return path;
}

function program(root: string, file: string, ...lines: string[]) {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(join(root, file), 0o755);
}

function remains({ pid, folder }: TestServer) {
  return [isAlive(pid) && `process ${pid}`, existsSync(folder) && `folder ${folder}`].filter(Boolean);
}

/** An ended process that nobody has waited for yet still has a pid: on a machine without an init, for ever. */
function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // ESRCH or ENOENT: it is gone
  }
}

function foldersOf(keeperPid: number) {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`data-room-test-${keeperPid}-`));
}

/** Looks into /proc, because a bare machine has no ps. */
function processesNaming(text: string) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** Other processes have no clock that a test could advance. */
async function until(condition: () => boolean) {
  while (!condition()) await pause(10);
}
