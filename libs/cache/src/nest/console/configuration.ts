import type { CacheSettings } from '../settings/settings.js';

/** How this process caches, as it was settled at boot: no address with its password, and no key. */
export interface ConfigurationLine {
  readonly enabled: boolean;
  readonly prefix: string;
  /** Seconds, here and below. */
  readonly ttl: number;
  readonly fallbackTtl: number;
  readonly ttls: Readonly<Record<string, number>>;
  readonly maxMegabytes: number;
  readonly maxEntries: number;
  readonly maxScopeShare: number;
  readonly purgeInterval: number;
  readonly auditRate: number;
  readonly redis: string | null;
  readonly budgetMs: number | null;
  readonly encrypted: boolean;
  readonly outageTable: string;
  readonly requireScope: boolean;
  readonly scopeKeys: readonly string[];
}

export function configurationLine({ policy, redis, ...settings }: CacheSettings): ConfigurationLine {
  const { enabled, prefix, maxEntries, auditRate, requireScope } = policy;
  return {
    enabled,
    prefix,
    ttl: policy.ttlMs / 1_000,
    fallbackTtl: policy.fallbackMs / 1_000,
    ttls: Object.fromEntries([...policy.ttls].map(([type, ms]) => [type, ms / 1_000])),
    maxMegabytes: policy.maxBytes / 1_024 / 1_024,
    maxEntries,
    maxScopeShare: policy.scopeShare * 100,
    purgeInterval: policy.purgeEveryMs / 1_000,
    auditRate,
    redis: redis?.place ?? null,
    budgetMs: redis?.budgetMs ?? null,
    encrypted: settings.encryptionKeys !== undefined,
    outageTable: settings.outageTable,
    requireScope,
    scopeKeys: settings.scopeKeys,
  };
}
