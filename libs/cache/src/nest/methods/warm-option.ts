import { inspect } from 'node:util';
import { millisecondsOf, type Duration } from '../../core/duration.js';
import { CacheError } from '../../core/errors.js';
import type { Scope } from '../../core/scope.js';
import type { Listing, WarmPace } from '../../core/ahead/warm-plan.js';
import { paceFrom } from '../../core/ahead/warm-work.js';
import type { WarmTimes } from '../../core/ahead/warmer.js';
import type { MethodScope } from './scope-option.js';
import type { ArgumentsOf } from './signature.js';

/** How a method `F` of a class `T` is called before anybody asks for what it gives. */
export interface WarmOption<T, F> extends WarmPace {
  /** The arguments of each call: `function () { return this.ids().map((id) => [id]) }`. May be a promise, or come one by one. */
  readonly calls: (
    this: NoInfer<T>,
  ) => Listing<Readonly<ArgumentsOf<NoInfer<F>>>> | Promise<Listing<Readonly<ArgumentsOf<NoInfer<F>>>>>;
  /** How often: `'1h'`. What is kept still is not loaded. Default: once. */
  readonly every?: Duration;
  /** False: only when `every` has passed, or somebody asks for it. Default: true. */
  readonly atStart?: boolean;
  /** On whose behalf, for a method whose `scope` names what surrounds it. */
  readonly within?: Scope;
}

/** The same, with every default applied. */
export interface WarmSettings extends Required<WarmPace>, WarmTimes {
  readonly within: Scope | undefined;
  readonly listFor: (instance: object) => Listing<readonly unknown[]> | Promise<Listing<readonly unknown[]>>;
}

/** No timer can be set for longer. */
const longestMs = 24 * 86_400_000;

export function warmSettingsFrom(
  option: WarmOption<unknown, (...args: never[]) => unknown> | undefined,
  scope: MethodScope | undefined,
  where: string,
): WarmSettings | undefined {
  if (option === undefined) return undefined;
  const { calls, every, atStart = true, within, ...given } = option;
  if (typeof calls !== 'function') throw invalid(`warm.calls of @Cached on ${where} must be a function`, calls);
  const everyMs = every === undefined ? undefined : millisecondsOf(every);
  if (every !== undefined && !(everyMs !== undefined && everyMs > 0 && everyMs <= longestMs))
    throw invalid(
      `warm.every of @Cached on ${where} must be seconds above 0 or a text such as '1h', at most '24d'`,
      every,
    );
  const missing = (scope?.names ?? []).filter((name) => within === undefined || !Object.hasOwn(within, name));
  if (missing.length > 0)
    throw invalid(`warm.within of @Cached on ${where} must say the ${missing.join(' and ')} of its scope`, within);
  const pace = paceFrom(given, `warm of @Cached on ${where}`);
  return {
    ...pace,
    everyMs,
    atStart,
    within,
    listFor: (instance) => calls.call(instance) as Listing<readonly unknown[]>,
  };
}

function invalid(what: string, got: unknown): CacheError {
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}, got ${inspect(got)}. Correct it, or leave \`warm\` out.`);
}
