// One choice of the operator: the variable that makes it, the option that comes before, and how a wrong one is refused.
import { inspect } from 'node:util';
import { CacheError } from '../../core/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Form<T> {
  /** Undefined: it is nothing of the kind. */
  readonly parse: (value: unknown) => T | undefined;
  readonly wanted: string;
}

/** What a value may be. */
export interface Kind<T> extends Form<T> {
  /** Where an option is written otherwise than a variable. */
  readonly inCode?: Form<T>;
  /** How the refused value may be repeated in a log. */
  readonly shown?: (value: unknown) => string;
}

export interface Setting<T> {
  readonly variable: string;
  readonly kind: Kind<T>;
  /** If nobody says anything. */
  readonly usual: T | undefined;
}

/** What somebody has said, and where. */
interface Said {
  /** An option, or a variable. */
  readonly by: string;
  readonly isOption: boolean;
  readonly value: unknown;
}

type Settled<C> = {
  readonly [K in keyof C]: C[K] extends { kind: Kind<infer T>; usual: infer U } ? T | Extract<U, undefined> : never;
};

/** Options, environment, usual values, in this order. The name of a setting is that of its option. */
export function settle<C extends Readonly<Record<string, Setting<unknown>>>>(
  choices: C,
  options: object,
  environment: Environment,
): Settled<C> {
  const settled = Object.entries(choices).map(([option, { variable, kind, usual }]) => {
    const given: unknown = Reflect.get(options, option);
    const said =
      given === undefined
        ? { by: variable, isOption: false, value: environment[variable] }
        : { by: option, isOption: true, value: given };
    return [option, understood(said, kind) ?? usual];
  });
  return Object.fromEntries(settled) as Settled<C>;
}

/** Undefined: nothing was said. Refuses with a sentence that names the variable, what it got, what it wants. */
export function understood<T>({ by, isOption, value }: Said, kind: Kind<T>): T | undefined {
  // An empty line in .env says nothing.
  if (value === undefined || value === '') return undefined;
  const { parse, wanted } = (isOption ? kind.inCode : undefined) ?? kind;
  const parsed = parse(value);
  if (parsed !== undefined) return parsed;
  const { shown = inspect } = kind;
  const name = isOption ? `${by} of CacheModule` : by;
  const place = isOption ? 'Correct it where the module is imported' : 'Set it in .env';
  const sentence = `${name} must be ${wanted}, got ${shown(value).slice(0, 100)}.`;
  throw new CacheError('CACHE_OPTIONS_INVALID', `${sentence} ${place}, or leave it out for the default.`);
}
