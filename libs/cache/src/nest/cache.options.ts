import { millisecondsOf, type Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { defaults, type Policy } from '../core/policy.js';

/** What `forRoot` takes. Whatever is left out comes from the environment, and then from the defaults. */
export interface CacheModuleOptions {
  /** How long an entry lasts if nothing invalidates it. Seconds or `'5m'`. CACHE_TTL, 300 */
  readonly ttl?: Duration;
  /** False: every decorator passes through. CACHE_ENABLED, true */
  readonly enabled?: boolean;
  /** REDIS_URL; absent: this process keeps its cache for itself. */
  readonly redisUrl?: string;
  /** What all keys begin with. CACHE_PREFIX, `dataroom` */
  readonly prefix?: string;
  /** Bounds of the memory. CACHE_MAX_MB, 128; CACHE_MAX_ENTRIES, 100 000 */
  readonly maxMegabytes?: number;
  readonly maxEntries?: number;
}

export interface CacheSettings {
  readonly policy: Policy;
  readonly redisUrl: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Options, environment, defaults, in this order. Refuses with a sentence that names the variable, what it got, what it wants. */
export function settingsFrom(options: CacheModuleOptions, environment: Environment): CacheSettings {
  const read = <T>(
    name: string,
    option: unknown,
    parse: (value: unknown) => T | undefined,
    wanted: string,
  ): T | undefined => {
    const fromOption = option !== undefined;
    const value = fromOption ? option : environment[name];
    // An empty line in .env says nothing.
    if (value === undefined || value === '') return undefined;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    const place = fromOption
      ? 'Correct it where CacheModule is imported.'
      : 'Set it in .env, or leave it out for the default.';
    throw new CacheError('CACHE_OPTIONS_INVALID', `${name} must be ${wanted}, got ${shown(value)}. ${place}`);
  };
  const whole = 'a whole number from 1 up';
  const maxMegabytes = read('CACHE_MAX_MB', options.maxMegabytes, wholeNumber, `${whole}, in megabytes`);
  const ttl = options.ttl === undefined ? secondsOf : durationOf;
  const ttlWanted =
    options.ttl === undefined
      ? `${whole.replace('number', 'number of seconds')}`
      : "seconds above 0 or a text such as '5m'";
  const policy: Policy = Object.freeze({
    ...defaults,
    enabled: read('CACHE_ENABLED', options.enabled, truth, 'true or false') ?? defaults.enabled,
    prefix:
      read('CACHE_PREFIX', options.prefix, prefix, 'letters, digits, dots, dashes and underscores') ?? defaults.prefix,
    ttlMs: read('CACHE_TTL', options.ttl, ttl, ttlWanted) ?? defaults.ttlMs,
    maxBytes: maxMegabytes === undefined ? defaults.maxBytes : maxMegabytes * 1024 * 1024,
    maxEntries: read('CACHE_MAX_ENTRIES', options.maxEntries, wholeNumber, whole) ?? defaults.maxEntries,
  });
  const redisUrl = read(
    'REDIS_URL',
    options.redisUrl,
    redisAddress,
    'a redis:// or rediss:// address such as redis://localhost:6379',
  );
  return { policy, redisUrl };
}

/** Ten years: beyond that a number is a mistake, milliseconds for instance. */
const longestMs = 10 * 365 * 86_400_000;

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) > 0 ? (number as number) : undefined;
}

function secondsOf(value: unknown): number | undefined {
  return durationOf(wholeNumber(value));
}

function durationOf(value: unknown): number | undefined {
  const ms = millisecondsOf(value);
  return ms !== undefined && ms > 0 && ms <= longestMs ? ms : undefined;
}

function truth(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

function prefix(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}

function redisAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol, hostname, pathname } = new URL(value);
  const known = protocol === 'redis:' || protocol === 'rediss:';
  return known && hostname !== '' && /^\/?\d*$/.test(pathname) ? value : undefined;
}

/** A password must not reach a log by way of a mistyped address. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.replace(/\/\/[^@"]*@/, '//…@').slice(0, 100);
}
