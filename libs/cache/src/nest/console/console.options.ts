import { inspect } from 'node:util';
import type { CanActivate, DynamicModule, Type } from '@nestjs/common';
import { CacheError } from '../../core/errors.js';

/** What `CacheConsoleModule.forRoot` takes. */
export interface CacheConsoleOptions {
  /**
   * Who may see and steer the cache: guards as for `@UseGuards`, run behind the global ones of the application. `'none'`: everybody
   * whom these let in.
   */
  readonly guards: readonly (Type<CanActivate> | CanActivate)[] | 'none';
  /** Modules that provide what the guards inject. */
  readonly imports?: DynamicModule['imports'];
  /** Where the console is. Default: `cache` */
  readonly path?: string;
  /**
   * What marks a route as open to everybody for the application's global guards, `[Public()]`: the dashboard's page, script and style
   * hold no data, and a browser asks for them without a token.
   */
  readonly publicBy?: readonly (ClassDecorator & MethodDecorator)[];
  /** The name under which the dashboard finds its bearer token in the browser's sessionStorage. Default: `data-room-token` */
  readonly tokenKey?: string;
}

export interface ConsoleSettings {
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly imports: NonNullable<DynamicModule['imports']>;
  readonly path: string;
  readonly publicBy: readonly (ClassDecorator & MethodDecorator)[];
  readonly tokenKey: string;
}

/** Also of what plain JavaScript passes. Refuses with a sentence. */
export function consoleSettingsFrom(options: Partial<CacheConsoleOptions> | undefined): ConsoleSettings {
  const { guards, imports = [], path = 'cache', publicBy = [], tokenKey = 'data-room-token' } = options ?? {};
  if (guards !== 'none' && !areGuards(guards)) throw refused(guards);
  if (typeof path !== 'string' || !/^\/?[\w.-]+(?:\/[\w.-]+)*\/?$/.test(path))
    throw invalid('path of CacheConsoleModule must be a path such as cache or admin/cache', path);
  if (typeof tokenKey !== 'string' || !/^[\w.-]+$/.test(tokenKey))
    throw invalid('tokenKey of CacheConsoleModule must be letters, digits, dots, dashes and underscores', tokenKey);
  if (!Array.isArray(publicBy) || !publicBy.every((decorator) => typeof decorator === 'function'))
    throw invalid('publicBy of CacheConsoleModule must be a list of decorators such as [Public()]', publicBy);
  return {
    guards: guards === 'none' ? [] : guards,
    imports,
    path: path.replace(/^\/|\/$/g, ''),
    publicBy: publicBy as ConsoleSettings['publicBy'],
    tokenKey,
  };
}

function areGuards(guards: unknown): guards is ConsoleSettings['guards'] {
  return Array.isArray(guards) && guards.length > 0 && guards.every(isGuard);
}

function isGuard(guard: unknown): boolean {
  if (typeof guard === 'function') return true;
  return typeof guard === 'object' && guard !== null && typeof Reflect.get(guard, 'canActivate') === 'function';
}

function refused(guards: unknown): CacheError {
  const what = `guards of CacheConsoleModule must say who may see and invalidate what is cached, got ${inspect(guards)}`;
  const advice =
    "Write CacheConsoleModule.forRoot({ guards: [AdminGuard] }), or guards: 'none' if others keep strangers out.";
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}. ${advice}`);
}

function invalid(what: string, got: unknown): CacheError {
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}, got ${inspect(got)}. Leave it out for the default.`);
}
