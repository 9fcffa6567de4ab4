// Installs missing packages with apt-get and leaves the machine otherwise as it was: no service is started by
// the packages, and the empty database cluster that Debian's PostgreSQL package makes is taken away again.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './programs.mjs';

const run = promisify(execFile);
const MACHINE = { policy: '/usr/sbin/policy-rc.d', clusters: '/etc/postgresql' };

const report = (sentence) => process.stderr.write(`tests: ${sentence}\n`);

/** Whether this user may install packages here. */
const canInstall = () => process.getuid?.() === 0 && findProgram('apt-get') !== undefined;

/** Each of `programs` has `find()`, the `apt` package it comes from and the variable that can be `given` instead. */
export async function findOrInstall(programs, { mayInstall = canInstall(), say = report } = {}) {
  const missing = programs.filter((program) => !program.find());
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.apt);
  const remedy = `Install them (Debian: apt-get install ${packages.join(' ')}) or set ${missing.map((program) => program.given).join(' and ')}.`;
  if (!mayInstall) throw new Error(`The tests need ${packages.join(' and ')}, and this machine has none. ${remedy}`);
  await install(packages, say);
  if (missing.some((program) => !program.find())) throw new Error(`apt-get brought none of the programs. ${remedy}`);
}

export async function install(packages, say, machine = MACHINE) {
  say(`installing ${packages.join(' and ')} with apt-get, because the tests need them and this machine has none`);
  const clustersBefore = clusters(machine.clusters);
  const policyIsOurs = forbidServiceStarts(machine.policy);
  try {
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (policyIsOurs) rmSync(machine.policy, { force: true });
  }
  for (const cluster of clusters(machine.clusters))
    if (!clustersBefore.includes(cluster)) await run(findProgram('pg_dropcluster'), cluster.split('/'));
}

// Debian's maintainer scripts ask this file before they start a service; 101 means no. An existing one is its owner's word.
function forbidServiceStarts(policy) {
  if (existsSync(policy)) return false;
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  return true;
}

function clusters(root) {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((version) => readdirSync(join(root, version)).map((name) => `${version}/${name}`));
}

async function apt(...args) {
  try {
    await run(findProgram('apt-get'), ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      // dpkg refuses to work without the folders of root's programs, which `su` leaves out of PATH
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
        DEBIAN_FRONTEND: 'noninteractive',
        LC_ALL: 'C',
      },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (cause) {
    const lastWords = `${cause.stdout ?? ''}${cause.stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
    throw new Error(`apt-get ${args[0]} failed. Install the packages yourself or find out why:\n${lastWords}`, {
      cause,
    });
  }
}
