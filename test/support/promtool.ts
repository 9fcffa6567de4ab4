// Prometheus' own judge of metrics: given by PROMTOOL, found, or taken out of Debian's package, of which nothing is installed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = resolve('node_modules/.cache/data-room');
const remedy = 'Install it (Debian: apt-get install prometheus) or set PROMTOOL.';

/** What it has against these metrics, one sentence a line; nothing is nothing. */
export async function complaintsOfPromtool(metrics: string): Promise<string> {
  const promtool = spawn(await findPromtool(), ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  promtool.stdin.end(metrics);
  const [said, complained] = await Promise.all([text(promtool.stdout), text(promtool.stderr), once(promtool, 'close')]);
  return (said + complained).trim();
}

async function findPromtool(): Promise<string> {
  const { PROMTOOL: given, PATH = '' } = process.env;
  if (given) return given;
  const places = [...PATH.split(':').filter(Boolean), '/usr/bin', cache];
  return places.map((place) => join(place, 'promtool')).find(existsSync) ?? takeOut();
}

async function takeOut(): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'prometheus-'));
  try {
    await download(folder).catch(async () => {
      await run('apt-get', ['-q', 'update']);
      await download(folder);
    });
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    const [file, path] = [join(folder, archive), './usr/bin/promtool'];
    await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" "$3"', 'sh', file, folder, path]);
    // In one step, so that nobody runs one of which a half is there.
    await rename(join(folder, path), join(cache, 'promtool'));
    return join(cache, 'promtool');
  } catch (cause) {
    throw new Error(`The tests need promtool, and it could not be taken out of Debian's package. ${remedy}`, { cause });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function download(folder: string): Promise<void> {
  await run('apt-get', ['-q', 'download', 'prometheus'], { cwd: folder });
}
