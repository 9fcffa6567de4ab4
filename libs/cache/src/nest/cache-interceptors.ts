import { Inject, Injectable, Logger, Optional, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import type { ScopeOfRequest } from './settings/cache.options.js';
import { CACHE_MANAGER, RUNTIME, SCOPE_OF } from './tokens.js';

/** As far as it matters here: CacheInterceptor of @nestjs/cache-manager, which need not be installed. */
interface CacheInterceptor {
  isRequestCacheable(context: ExecutionContext): boolean;
}

interface HttpRequest {
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Where guards and passport put who is asking. */
  readonly user?: unknown;
}

/**
 * Keeps CacheInterceptor, whose key is the URL, from giving one user's answer to another: it passes by requests that say who
 * is asking, by a header, a `user`, or by what `scopeOf` tells of them. With `requireScope` it stops the boot, for it cannot say
 * for whom its answers hold. One with a `trackBy` of its own, and handlers with a `@CacheKey`, have said themselves what tells
 * answers apart.
 */
@Injectable()
export class CacheInterceptors implements OnModuleInit {
  readonly #logger = new Logger('Cache');

  constructor(
    @Inject(CACHE_MANAGER) private readonly face: object,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Optional() @Inject(SCOPE_OF) private readonly scopeOf?: ScopeOfRequest,
  ) {}

  onModuleInit(): void {
    const modules = [...this.modules.values()];
    for (const { providers, injectables } of modules)
      for (const { instance } of [...providers.values(), ...injectables.values()])
        if (this.#isOnOurs(instance)) this.#passByPersonal(instance);
    const another = modules.find((module) => module.isGlobal && this.#isAnother(module.providers.get(CACHE_MANAGER)));
    if (another === undefined) return;
    const advice = 'Remove that import, and CACHE_MANAGER is this cache.';
    this.#logger.warn(`Another global ${another.name} provides CACHE_MANAGER, and either may be injected. ${advice}`);
  }

  #isAnother(provider: { readonly instance: unknown } | undefined): boolean {
    return provider !== undefined && provider.instance !== this.face;
  }

  /** No getter is run. */
  #isOnOurs(instance: unknown): instance is CacheInterceptor {
    if (typeof instance !== 'object' || instance === null) return false;
    if (Reflect.getOwnPropertyDescriptor(instance, 'cacheManager')?.value !== this.face) return false;
    let link = Object.getPrototypeOf(instance) as object | null;
    while (link !== null && !Object.hasOwn(link, 'trackBy')) link = Object.getPrototypeOf(link) as object | null;
    // A subclass that takes the URL from `super.trackBy` would join `undefined` to its key.
    return link !== null && Object.hasOwn(link, 'intercept') && Object.hasOwn(link, 'isRequestCacheable');
  }

  #passByPersonal(interceptor: CacheInterceptor): void {
    if (this.runtime.policy.requireScope) throw refusalOf(interceptor);
    const isCacheable = interceptor.isRequestCacheable.bind(interceptor);
    interceptor.isRequestCacheable = (context) =>
      isCacheable(context) && !isPersonal(context) && !this.#isSomebodys(context);
  }

  #isSomebodys(context: ExecutionContext): boolean {
    try {
      return Object.values(this.scopeOf?.(context) ?? {}).some((value) => value !== undefined && value !== null);
    } catch {
      // Whoever it is, it may be somebody; and what is wrong with `scopeOf` is said by the reads that need it.
      return true;
    }
  }
}

function isPersonal(context: ExecutionContext): boolean {
  const { headers = {}, user } = context.switchToHttp().getRequest<HttpRequest>();
  return [headers.authorization, headers.cookie, user].some(Boolean);
}

function refusalOf({ constructor: { name } }: CacheInterceptor): CacheError {
  const what = `${name} keeps answers by their URL, whoever asks, and requireScope is on`;
  const advice =
    "Use @Cached({ scope: … }) on the handler, 'everyone' where it is public, or give it a trackBy of its own.";
  return new CacheError('CACHE_SCOPE_REQUIRED', `${what}. ${advice}`);
}
