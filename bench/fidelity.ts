/** What comes back of what was kept, by us and by others. */
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { difference } from '../test/core/fidelity.js';
import { Folder, Money, rows } from '../test/core/fidelity-rows.js';
import { RedisServer } from '../test/support/redis-server.js';
import { keepers, type Keeper } from './keepers.js';
import { ownKeeper, type OwnKeeper } from './own-keeper.js';
import { table } from './table.js';

const exact = 'exact';

export async function fidelity(): Promise<string> {
  const server = await RedisServer.start();
  const said: unknown[] = [];
  const hear = (what: unknown): void => void said.push(what);
  process.on('unhandledRejection', hear);
  const known = [Folder.prototype, Money.prototype];
  const own = [ownKeeper(undefined, known), ownKeeper(server.url, known)];
  const others = await keepers(server.client, hear);
  const lines: string[][] = [];
  for (const [name, make] of Object.entries(rows)) {
    const cells: string[] = [];
    for (const keeper of own) cells.push(await ours(keeper, name, { held: make() }));
    for (const keeper of others) cells.push(await theirs(keeper, name, { held: make() }, said));
    lines.push([name, ...cells]);
  }
  for (const keeper of own) await keeper.close();
  await server.stop();
  process.off('unhandledRejection', hear);
  const names = [...own, ...others].map(({ name }) => name);
  return `### What comes back\n\n${remark}\n\n${table(['', ...names], lines)}\n${sums(names, lines)}\n`;
}

const remark = `Each value is a member of an object that is kept and asked for again. *exact*: the same prototypes, properties,
content and identities (\`test/core/fidelity.ts\` compares). **Bold**: something else came back, and nobody was told. In italics:
not kept, and somebody was told, or it was an error. Our refusals are a warning in the log, and each call is answered by the
method itself. \`Folder\` and \`Money\` are known to the cache as entities are. *shared*: the object itself, so that whoever changes
what he got changes the cache.`;

async function ours(keeper: OwnKeeper, name: string, value: { held: unknown }): Promise<string> {
  const { value: got, loads, refusal } = await keeper.readTwice(`bench:${name}`, value);
  if (loads > 1) return refusal === undefined ? '**forgotten**' : `*refused: ${short(refusal)}*`;
  return judged(value, got);
}

async function theirs(keeper: Keeper, name: string, value: { held: unknown }, said: unknown[]): Promise<string> {
  said.length = 0;
  const key = name.replace(/\W+/g, '-');
  try {
    await keeper.set(key, value);
  } catch (error) {
    return `*error: ${short(messageOf(error))}*`;
  }
  try {
    const got = await keeper.get(key);
    await pause(1);
    if (got !== undefined && got !== null) return judged(value, got);
    return said.length > 0 ? `*told: ${short(messageOf(said[0]))}*` : '**forgotten**';
  } catch (error) {
    return `*error on reading: ${short(messageOf(error))}*`;
  }
}

function judged(value: { held: unknown }, got: unknown): string {
  const found = difference(value, got);
  if (found === undefined) return exact;
  if (got === value) return 'shared';
  return `**${shown(got)}**`;
}

function shown(got: unknown): string {
  if (typeof got !== 'object' || got === null) return short(inspect(got));
  if (!('held' in got)) return 'missing';
  const text = inspect(got.held, { breakLength: Infinity, depth: 1 });
  return `\`${short(text)}\``;
}

function short(text: string): string {
  const line = text
    .replaceAll('|', '/')
    .replaceAll('\n', ' ')
    .replace(/^Uncopyable: CACHE_VALUE_UNCOPYABLE: /, '');
  return line.length <= 44 ? line : `${line.slice(0, 43)}…`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sums(names: readonly string[], lines: readonly (readonly string[])[]): string {
  const counted = names.map((name, at) => {
    const cells = lines.map((line) => line[at + 1] ?? '');
    const changed = cells.filter((cell) => cell.startsWith('**')).length;
    return cells.includes('shared') ? `${name} ${changed} (and shares them)` : `${name} ${changed}`;
  });
  return `Silently changed, of ${lines.length}: ${counted.join('; ')}.`;
}
