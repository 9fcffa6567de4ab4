// Where the servers and the browser of this machine are: Debian's own places first, then PATH. Nothing is started here.
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const DEBIAN_BIN = '/usr/bin';

/** The redis-server or valkey-server to run, or undefined. */
export function findRedis({ path = process.env.PATH, debian = DEBIAN_BIN } = {}) {
  return first(['redis-server', 'valkey-server'], [...folders(path), debian]);
}

/** The folder with both initdb and postgres, or undefined. Links and version-picking wrappers are followed to the end. */
export function findPostgres({ path = process.env.PATH, debian = DEBIAN_POSTGRES } = {}) {
  const onPath = folders(path)
    .map((folder) => join(folder, 'initdb'))
    .filter(isProgram)
    .map((initdb) => dirname(realpathSync(initdb)));
  return [...debianPostgres(debian), ...onPath].find(
    (bin) => isProgram(join(bin, 'initdb')) && isProgram(join(bin, 'postgres')),
  );
}

/** Debian's Chromium, or undefined. */
export function findChromium({ path = process.env.PATH, debian = DEBIAN_BIN } = {}) {
  return first(['chromium'], [debian, ...folders(path)]);
}

/** The program of that name on PATH or in the folders a root shell would look into. */
export function findProgram(name) {
  return first([name], [...folders(process.env.PATH), '/usr/bin', '/usr/sbin', '/bin', '/sbin']);
}

function debianPostgres(root) {
  let versions = [];
  try {
    versions = readdirSync(root);
  } catch {
    // not Debian, or PostgreSQL was never installed: PATH is asked next
  }
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

function first(names, places) {
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isProgram);
}

function folders(path = '') {
  return path.split(':').filter(Boolean);
}

/** Whether this user can run that file. */
export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // absent or not ours to run: both mean "look further"
  }
}
