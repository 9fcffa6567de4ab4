// Applications for the tests of the Nest layer, and what they say while they boot and run.
import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { CacheModule, type CacheModuleOptions } from '@data-room/cache';

export { redisUrl } from '../support/redis-url.js';

/** Remembers warnings and errors. */
class Listener implements LoggerService {
  readonly warnings: string[] = [];

  log(): void {}

  error(message: unknown): void {
    this.warnings.push(`error: ${String(message)}`);
  }

  warn(message: unknown): void {
    this.warnings.push(String(message));
  }
}

const booted: TestingModule[] = [];

/** An initialised application with a cache; `closeAll` ends it. */
export async function boot(metadata: ModuleMetadata, options: CacheModuleOptions = {}) {
  return bootWith({ ...metadata, imports: [CacheModule.forRoot(options), ...(metadata.imports ?? [])] });
}

/** The same from a module of the test's own making. */
export async function bootWith(metadata: ModuleMetadata) {
  const listener = new Listener();
  const module = await Test.createTestingModule(metadata).setLogger(listener).compile();
  booted.push(module);
  await module.init();
  return Object.assign(module, { warnings: listener.warnings });
}

export async function closeAll(): Promise<void> {
  for (const module of booted.splice(0)) await module.close();
}

/** Runs with these environment variables, and only these of the cache's own. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  const forget = () => {
    for (const name of Object.keys(process.env)) if (/^CACHE_|^REDIS_URL$/.test(name)) delete process.env[name];
  };
  forget();
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    forget();
    Object.assign(process.env, before);
  }
}
