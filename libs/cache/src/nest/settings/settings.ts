import type { KnownClass } from '../../core/classes.js';
import { CacheError } from '../../core/errors.js';
import { defaults, type Policy } from '../../core/policy.js';
import { addressOf } from '../../redis/address.js';
import type { OutageTable } from '../../typeorm/outage-records.js';
import type { CacheModuleOptions } from './cache.options.js';
import { knownClassesIn } from './cacheable.options.js';
import { encryptionKeysIn, keyForms } from './encryption.options.js';
import { addressForms, certificatesIn, redisAddress, withoutSecrets, type RedisSettings } from './redis.options.js';
import { settle, type Environment, type Setting } from './setting.js';
import {
  duration,
  durationBetween,
  durationOrNone,
  oneOf,
  part,
  prefixText,
  scopeNames,
  wholeNumber,
  yesOrNo,
} from './setting-kinds.js';
import { ttlsFrom } from './ttls.options.js';

/** What options and environment come to. */
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

const megabyte = 1024 * 1024;

/** A healthy Redis answers in a hundredth of it, and who waits longer had better have asked the database. */
const usualBudgetMs = 100;

/** Timers cannot be set for much longer than this. */
const secondsOfADay = 86_400;

/** Every option that has a variable of its own. */
const choices = {
  ttl: { variable: 'CACHE_TTL', kind: duration, usual: defaults.ttlMs },
  fallbackTtl: { variable: 'CACHE_FALLBACK_TTL', kind: durationOrNone, usual: defaults.fallbackMs },
  maxMegabytes: { variable: 'CACHE_MAX_MB', kind: wholeNumber(1, 1_000_000), usual: defaults.maxBytes / megabyte },
  maxEntries: { variable: 'CACHE_MAX_ENTRIES', kind: wholeNumber(1, 10_000_000), usual: defaults.maxEntries },
  maxScopeShare: { variable: 'CACHE_MAX_SCOPE_SHARE', kind: wholeNumber(1, 100), usual: defaults.scopeShare * 100 },
  purgeInterval: {
    variable: 'CACHE_PURGE_INTERVAL',
    kind: durationBetween(1, secondsOfADay),
    usual: defaults.purgeEveryMs,
  },
  auditRate: { variable: 'CACHE_AUDIT_RATE', kind: part, usual: defaults.auditRate },
  enabled: { variable: 'CACHE_ENABLED', kind: yesOrNo, usual: defaults.enabled },
  prefix: { variable: 'CACHE_PREFIX', kind: prefixText, usual: defaults.prefix },
  requireScope: { variable: 'CACHE_REQUIRE_SCOPE', kind: yesOrNo, usual: defaults.requireScope },
  redisUrl: {
    variable: 'REDIS_URL',
    kind: { parse: redisAddress, wanted: addressForms, shown: withoutSecrets },
    usual: undefined,
  },
  redisCa: {
    variable: 'CACHE_REDIS_CA',
    kind: {
      parse: certificatesIn,
      wanted: 'the path of a file that can be read and holds certificates in PEM form',
    },
    usual: undefined,
  },
  budgetMs: { variable: 'CACHE_BUDGET_MS', kind: wholeNumber(10, 10_000), usual: usualBudgetMs },
  encryptionKeys: {
    variable: 'CACHE_ENCRYPTION_KEYS',
    kind: { parse: encryptionKeysIn, wanted: keyForms, shown: () => 'something else' },
    usual: undefined,
  },
  outageTable: { variable: 'CACHE_OUTAGE_TABLE', kind: oneOf('use', 'create', 'off'), usual: 'use' },
  scopeKeys: { variable: 'CACHE_SCOPE_KEYS', kind: scopeNames, usual: [] },
} satisfies Partial<Record<keyof CacheModuleOptions, Setting<unknown>>>;

/** A wrong choice stops the boot with a sentence. */
export function settingsFrom(options: CacheModuleOptions, environment: Environment): CacheSettings {
  const chosen = settle(choices, options, environment);
  const { enabled, prefix, maxEntries, auditRate, requireScope, encryptionKeys, outageTable, scopeKeys } = chosen;
  const policy: Policy = Object.freeze({
    ...defaults,
    enabled,
    prefix,
    ttlMs: chosen.ttl,
    ttls: ttlsFrom(options.ttls, environment),
    fallbackMs: chosen.fallbackTtl,
    maxBytes: chosen.maxMegabytes * megabyte,
    maxEntries,
    purgeEveryMs: chosen.purgeInterval,
    scopeShare: chosen.maxScopeShare / 100,
    auditRate,
    requireScope,
    strict: environment.NODE_ENV !== 'production',
  });
  const classes = knownClassesIn(options.classes ?? []);
  return { policy, redis: redisFrom(chosen), encryptionKeys, outageTable, classes, scopeKeys };
}

interface RedisChoices {
  readonly redisUrl: string | undefined;
  readonly redisCa: string | undefined;
  readonly budgetMs: number;
}

function redisFrom({ redisUrl: url, redisCa: ca, budgetMs }: RedisChoices): RedisSettings | undefined {
  const address = url === undefined ? undefined : addressOf(url);
  if (url === undefined || address === undefined) return undefined;
  if (ca !== undefined && !address.tls) {
    const sentence = 'CACHE_REDIS_CA is for an encrypted connection, and the address of Redis asks for none.';
    throw new CacheError('CACHE_OPTIONS_INVALID', `${sentence} Let it begin with rediss, or leave CACHE_REDIS_CA out.`);
  }
  return { url, place: address.place, ca, budgetMs };
}
