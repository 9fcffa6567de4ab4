// What a request says, read or refused with a sentence.
import { BadRequestException } from '@nestjs/common';

type Query = Readonly<Record<string, unknown>>;

const longest = 10_000;
const mostNames = 1_000;

/** Left out, or empty: undefined. */
export function textIn(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= longest) return value;
  throw new BadRequestException(`${name} must be one text of at most ${longest} characters.`);
}

export function neededTextIn(query: Query, name: string): string {
  const text = textIn(query, name);
  if (text === undefined) throw new BadRequestException(`Say which ${name}: ?${name}=…`);
  return text;
}

export function wholeNumberIn(query: Query, name: string, { usual, most }: { usual: number; most: number }): number {
  const text = textIn(query, name);
  if (text === undefined) return usual;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new BadRequestException(`${name} must be a whole number from 1 to ${most}.`);
}

/** `?tags=a,b`; and for a tag with a comma of its own `?tag=…`, as often as there are such. */
export function tagsIn(query: Query): string[] {
  const listed = textIn(query, 'tags')?.split(',') ?? [];
  const { tag = [] } = query;
  const tags = [...listed.map((name) => name.trim()), ...(Array.isArray(tag) ? (tag as unknown[]) : [tag])];
  if (areNames(tags)) return [...new Set(tags)];
  throw new BadRequestException(`Say which tags: ?tags=folder:7,file:* (at most ${mostNames}).`);
}

/** What is to be invalidated. */
export interface Targets {
  readonly tags: readonly string[];
  readonly keys: readonly string[];
  readonly all: boolean;
}

export function targetsIn(body: unknown): Targets {
  const { tags = [], keys = [], all = false, ...rest } = objectIn(body);
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) throw new BadRequestException(`There is no ${stranger} to invalidate. ${wanted}`);
  const areSaid = (tags as unknown[]).length > 0 || (keys as unknown[]).length > 0 || all === true;
  if (!areLists(tags, keys) || typeof all !== 'boolean' || !areSaid) throw new BadRequestException(wanted);
  return { tags: tags as string[], keys: keys as string[], all };
}

export function nameIn(body: unknown): string | undefined {
  const { name, ...rest } = objectIn(body ?? {});
  const isName = name === undefined || (typeof name === 'string' && name !== '' && name.length <= longest);
  if (isName && Object.keys(rest).length === 0) return name as string | undefined;
  throw new BadRequestException('Say which warming: {"name": "FolderService.contents"}, or {} for all.');
}

const wanted = `Send {"tags": ["folder:7"]}, {"keys": ["…"]} or {"all": true}: lists of at most ${mostNames} texts.`;

function objectIn(body: unknown): Query {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Query;
  throw new BadRequestException('Send a JSON object, with "content-type: application/json".');
}

function areLists(...lists: readonly unknown[]): boolean {
  return lists.every((list) => Array.isArray(list) && (list.length === 0 || areNames(list)));
}

function areNames(names: readonly unknown[]): names is string[] {
  const areTexts = names.every((name) => typeof name === 'string' && name !== '' && name.length <= longest);
  return areTexts && names.length > 0 && names.length <= mostNames;
}
