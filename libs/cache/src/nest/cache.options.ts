import { inspect } from 'node:util';
import type { ExecutionContext } from '@nestjs/common';
import { millisecondsOf, type Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { defaults, type Policy } from '../core/policy.js';
import type { ScopeValue } from '../core/scope.js';
import type { KnownClass } from '../core/classes.js';
import { addressOf } from '../redis/address.js';
import type { OutageTable } from '../typeorm/outage-records.js';
import { knownClassesIn, type CacheableClassOption } from './cacheable.options.js';
import { encryptionKeysIn, keyForms } from './encryption.options.js';
import { addressForms, certificatesIn, redisAddress, withoutSecrets, type RedisSettings } from './redis.options.js';

/** What `forRoot` takes. Whatever is left out comes from the environment, and then from the defaults. */
export interface CacheModuleOptions {
  /** How long an entry lasts if nothing invalidates it. Seconds or `'5m'`. CACHE_TTL, 300 */
  readonly ttl?: Duration;
  /** False: every decorator passes through. CACHE_ENABLED, true */
  readonly enabled?: boolean;
  /** Of the Redis through which several processes keep in step. REDIS_URL; absent: this process caches for itself alone. */
  readonly redisUrl?: string;
  /** The file with the certificate of whoever has signed that of a rediss:// server. CACHE_REDIS_CA; absent: those Node knows. */
  readonly redisCa?: string;
  /**
   * Of 32 bytes in base64: what stands in Redis is encrypted with the first, and decrypted with all. CACHE_ENCRYPTION_KEYS;
   * absent: it is not encrypted.
   */
  readonly encryptionKeys?: readonly string[];
  /** How many milliseconds a call to Redis may cost whoever waits for it. CACHE_BUDGET_MS, 100 */
  readonly budgetMs?: number;
  /** What all keys begin with. CACHE_PREFIX, `dataroom` */
  readonly prefix?: string;
  /**
   * The table `cache_outage`, through which writers are heard that cannot reach Redis. `use`: where PostgreSQL has it;
   * `create`: make it at boot; `off`: do without. CACHE_OUTAGE_TABLE, `use`
   */
  readonly outageTable?: OutageTable;
  /**
   * How old an answer from memory may be while this process cannot know what others write; its own writes are seen at once.
   * Seconds or `'5m'`; 0: then the source is asked. CACHE_FALLBACK_TTL, 5
   */
  readonly fallbackTtl?: Duration;
  /**
   * Classes whose instances may be cached and shared, as `@Cacheable()` says it of others: `[Money, [Price, { version: 2 }]]`.
   * Those of TypeORM's rows are known without.
   */
  readonly classes?: readonly CacheableClassOption[];
  /** Bounds of the memory. CACHE_MAX_MB, 128; CACHE_MAX_ENTRIES, 100 000 */
  readonly maxMegabytes?: number;
  readonly maxEntries?: number;
  /**
   * The part of the memory, in per cent, that one data room, or whatever else a `scope` names, may hold when others want it;
   * beyond it, its own entries go first. CACHE_MAX_SCOPE_SHARE, 25
   */
  readonly maxScopeShare?: number;
  /** True: a method with `@Cached` and no `scope` stops the boot. CACHE_REQUIRE_SCOPE, false */
  readonly requireScope?: boolean;
  /**
   * Names of scopes, `['dataroom']`, of which each has a secret of its own in the table `cache_scope_key`: who removes the row
   * (`removeScopeKey`) makes every copy in Redis unreadable, in its backups too.
   */
  readonly scopeKeys?: readonly string[];
  /**
   * On whose behalf a request is made, once guards have let it pass, for `@Cached({ scope: 'user' })`:
   * `(context) => ({ user: context.switchToHttp().getRequest().user?.id })`.
   */
  readonly scopeOf?: ScopeOfRequest;
}

/** What a name is left out for, or undefined, nobody is. */
export type ScopeOfRequest = (
  context: ExecutionContext,
) => Readonly<Record<string, ScopeValue | null | undefined>> | undefined;

export interface CacheSettings {
  readonly policy: Policy;
  /** Absent: this process caches for itself alone. */
  readonly redis: RedisSettings | undefined;
  /** Absent: nothing is encrypted. */
  readonly encryptionKeys: readonly Buffer[] | undefined;
  readonly outageTable: OutageTable;
  readonly classes: readonly KnownClass[];
  readonly scopeKeys: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<T> {
  readonly variable: string;
  readonly option: keyof CacheModuleOptions;
  readonly parse: (value: unknown) => T | undefined;
  readonly wanted: string;
  /** How the refused value may be repeated in a log. */
  readonly shown?: (value: unknown) => string;
}

/** Options, environment, defaults, in this order. Refuses with a sentence that names the variable, what it got, what it wants. */
export function settingsFrom(options: CacheModuleOptions, environment: Environment): CacheSettings {
  const read = <T>({ variable, option, parse, wanted, shown = inspect }: Setting<T>): T | undefined => {
    const given: unknown = options[option];
    const isOption = given !== undefined;
    const value = isOption ? given : environment[variable];
    // An empty line in .env says nothing.
    if (value === undefined || value === '') return undefined;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    const name = isOption ? `${option} of CacheModule` : variable;
    const place = isOption ? 'Correct it where the module is imported' : 'Set it in .env';
    const sentence = `${name} must be ${wanted}, got ${shown(value).slice(0, 100)}.`;
    throw new CacheError('CACHE_OPTIONS_INVALID', `${sentence} ${place}, or leave it out for the default.`);
  };
  const fromOption = options.ttl !== undefined;
  const ttlMs = read({
    variable: 'CACHE_TTL',
    option: 'ttl',
    parse: fromOption ? durationOf : secondsOf,
    wanted: fromOption ? "seconds above 0 or a text such as '5m'" : 'a whole number of seconds from 1 up',
  });
  const fallbackMs = read(fallbackTtl(options.fallbackTtl !== undefined));
  const maxMegabytes = read(wholeNumber('CACHE_MAX_MB', 'maxMegabytes', 1_000_000));
  const maxEntries = read(wholeNumber('CACHE_MAX_ENTRIES', 'maxEntries', 10_000_000));
  const share = read(wholeNumber('CACHE_MAX_SCOPE_SHARE', 'maxScopeShare', 100));
  const policy: Policy = Object.freeze({
    ...defaults,
    enabled: read(enabled) ?? defaults.enabled,
    prefix: read(prefix) ?? defaults.prefix,
    ttlMs: ttlMs ?? defaults.ttlMs,
    fallbackMs: fallbackMs ?? defaults.fallbackMs,
    maxBytes: maxMegabytes === undefined ? defaults.maxBytes : maxMegabytes * 1024 * 1024,
    maxEntries: maxEntries ?? defaults.maxEntries,
    scopeShare: share === undefined ? defaults.scopeShare : share / 100,
    requireScope: read(requireScope) ?? defaults.requireScope,
    strict: environment.NODE_ENV !== 'production',
  });
  const url = read(redisUrl);
  const ca = read(redisCa);
  const budgetMs = read(wholeNumber('CACHE_BUDGET_MS', 'budgetMs', 10_000, 10)) ?? usualBudgetMs;
  const address = url === undefined ? undefined : addressOf(url);
  if (address !== undefined && ca !== undefined && !address.tls) {
    const sentence = 'CACHE_REDIS_CA is for an encrypted connection, and the address of Redis asks for none.';
    throw new CacheError('CACHE_OPTIONS_INVALID', `${sentence} Let it begin with rediss, or leave CACHE_REDIS_CA out.`);
  }
  const redis = url === undefined || address === undefined ? undefined : { url, place: address.place, ca, budgetMs };
  return {
    policy,
    redis,
    encryptionKeys: read(encryptionKeys),
    outageTable: read(outageTable) ?? 'use',
    classes: knownClassesIn(options.classes ?? []),
    scopeKeys: read(scopeKeys) ?? [],
  };
}

function yesOrNo(variable: string, option: keyof CacheModuleOptions): Setting<boolean> {
  const parse = (value: unknown) => {
    const text = String(value).toLowerCase();
    if (text === 'true' || text === '1') return true;
    return text === 'false' || text === '0' ? false : undefined;
  };
  return { variable, option, parse, wanted: 'true or false' };
}

const enabled = yesOrNo('CACHE_ENABLED', 'enabled');
/** `dataroom,tenant` in the environment. */
const scopeKeys: Setting<readonly string[]> = {
  variable: 'CACHE_SCOPE_KEYS',
  option: 'scopeKeys',
  parse(value) {
    const names: unknown = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
    const are = Array.isArray(names) && names.every((name) => typeof name === 'string' && /^[\w.-]+$/.test(name));
    return are ? (names as string[]) : undefined;
  },
  wanted: 'names of scopes, separated by commas',
};

const requireScope = yesOrNo('CACHE_REQUIRE_SCOPE', 'requireScope');

function fallbackTtl(fromOption: boolean): Setting<number> {
  const zero = (value: unknown) => (value === 0 || value === '0' ? 0 : undefined);
  const parse = (value: unknown) => zero(value) ?? (fromOption ? durationOf(value) : secondsOf(value));
  const wanted = fromOption ? "seconds from 0 up or a text such as '5m'" : 'a whole number of seconds from 0 up';
  return { variable: 'CACHE_FALLBACK_TTL', option: 'fallbackTtl', parse, wanted };
}

const prefix: Setting<string> = {
  variable: 'CACHE_PREFIX',
  option: 'prefix',
  parse: (value) => (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined),
  wanted: 'at most 64 letters, digits, dots, dashes and underscores',
};

const redisUrl: Setting<string> = {
  variable: 'REDIS_URL',
  option: 'redisUrl',
  parse: redisAddress,
  wanted: addressForms,
  shown: withoutSecrets,
};

const redisCa: Setting<string> = {
  variable: 'CACHE_REDIS_CA',
  option: 'redisCa',
  parse: certificatesIn,
  wanted: 'the path of a file that can be read and holds certificates in PEM form',
};

const encryptionKeys: Setting<readonly Buffer[]> = {
  variable: 'CACHE_ENCRYPTION_KEYS',
  option: 'encryptionKeys',
  parse: encryptionKeysIn,
  wanted: keyForms,
  shown: () => 'something else',
};

const outageTable: Setting<OutageTable> = {
  variable: 'CACHE_OUTAGE_TABLE',
  option: 'outageTable',
  parse: (value) => (['use', 'create', 'off'] as const).find((one) => one === value),
  wanted: 'use, create or off',
};

/** The bound keeps a slip of the finger from taking all memory: the store reserves room for its entries at once. */
function wholeNumber(variable: string, option: keyof CacheModuleOptions, most: number, least = 1): Setting<number> {
  const parse = (value: unknown) => {
    const number = wholeNumberOf(value);
    return number !== undefined && number >= least && number <= most ? number : undefined;
  };
  return { variable, option, parse, wanted: `a whole number from ${least} to ${most}` };
}

/** A healthy Redis answers in a hundredth of it, and who waits longer had better have asked the database. */
const usualBudgetMs = 100;

/** Ten years: beyond that a number is a mistake, milliseconds for instance. */
const longestMs = 10 * 365 * 86_400_000;

function wholeNumberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) > 0 ? (number as number) : undefined;
}

function secondsOf(value: unknown): number | undefined {
  return durationOf(wholeNumberOf(value));
}

function durationOf(value: unknown): number | undefined {
  const ms = millisecondsOf(value);
  return ms !== undefined && ms > 0 && ms <= longestMs ? ms : undefined;
}
