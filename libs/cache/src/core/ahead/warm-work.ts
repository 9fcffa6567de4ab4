import { inspect } from 'node:util';
import type { Cache } from '../cache.js';
import { CacheError } from '../errors.js';
import type { Scope } from '../scope.js';
import type { Listing, WarmPace, WarmPlan } from './warm-plan.js';

/** One call of a warming. */
export interface WarmCall {
  /** What its result is found under; undefined: nobody can say before it is made. */
  key?(): string | undefined;
  make(): Promise<unknown>;
}

export interface WarmCalls {
  /** Null: it is known when the last has been told. */
  readonly total: number | null;
  readonly each: AsyncIterable<WarmCall>;
}

/** What a warming does, with every default applied. */
export interface WarmWork extends Required<WarmPace> {
  readonly name: string;
  readonly within: Scope | undefined;
  calls(): Promise<WarmCalls>;
}

/** Those who read meanwhile should not notice: see DECISIONS.md, "A warming loads one by one". */
const usual = { share: 0.1, batch: 4, concurrency: 1 };

export function paceFrom(given: WarmPace, where: string): Required<WarmPace> {
  const { share = usual.share, batch = usual.batch, concurrency = usual.concurrency } = given;
  if (!(share > 0 && share <= 1)) throw refused(`share of ${where} must be above 0 and at most 1`, share);
  for (const [option, value] of Object.entries({ batch, concurrency }))
    if (!Number.isInteger(value) || value < 1)
      throw refused(`${option} of ${where} must be a whole number from 1 up`, value);
  return { share, batch, concurrency };
}

export function workFrom(plan: WarmPlan, cache: Cache): WarmWork {
  const { name, within } = plan;
  if (typeof name !== 'string' || name === '') throw refused('name of cache.warm must be a text', name);
  const pace = paceFrom(plan, `cache.warm for ${name}`);
  if ('calls' in plan) return { ...pace, name, within, calls: () => callsFrom(plan.calls(), (make) => ({ make })) };
  const { keys, load, tags = [], ttl } = plan;
  const callFor = (key: string): WarmCall => {
    const options = { tags: typeof tags === 'function' ? tags(key) : tags, ...(ttl === undefined ? {} : { ttl }) };
    return { key: () => key, make: () => cache.getOrLoad(key, options, () => load(key)) };
  };
  return { ...pace, name, within, calls: () => callsFrom(keys(), callFor) };
}

/** `callFor` each of what is listed, when its turn has come. */
export async function callsFrom<T>(
  listing: Listing<T> | Promise<Listing<T>>,
  callFor: (item: T) => WarmCall,
): Promise<WarmCalls> {
  const listed = await listing;
  return { total: sizeOf(listed), each: called(listed, callFor) };
}

async function* called<T>(listing: Listing<T>, callFor: (item: T) => WarmCall): AsyncGenerator<WarmCall> {
  for await (const item of listing) yield callFor(item);
}

function sizeOf(listing: Listing<unknown>): number | null {
  if (Array.isArray(listing)) return listing.length;
  return listing instanceof Set || listing instanceof Map ? listing.size : null;
}

function refused(what: string, got: unknown): CacheError {
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}, got ${inspect(got)}. Leave it out for the default.`);
}
