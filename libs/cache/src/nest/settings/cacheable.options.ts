import { Classes, type Craft, type KnownClass } from '../../core/classes.js';
import { CacheError } from '../../core/errors.js';

/** How instances of a class are kept, and told apart from those of another version of it. */
export interface CacheableOptions<T extends object = object, P = unknown> {
  /** The same in every process. Default: the name of the class. */
  readonly name?: string;
  /** To be changed whenever instances get other properties, so that none from before is taken for one from after. Default: '' */
  readonly version?: string | number;
  /** What an instance is as plain data, for a class with private fields. Default: the static method of that name, if there is one. */
  toCache?(instance: T): P;
  /** An instance made of that. Default: as above. */
  fromCache?(plain: P): T;
}

export type CacheableClass<T extends object = object> = abstract new (...args: never[]) => T;

/** A class by itself, or with what its decorator would say. */
export type CacheableClassOption = CacheableClass | readonly [CacheableClass, CacheableOptions];

/**
 * What decorators say before there is any application, as TypeORM keeps what its decorators say. It only grows, and an
 * application adds nothing to it.
 */
export const declaredClasses = new Classes();

/** What the application knows of classes: what was declared, and what its options say. */
export function classesFrom(listed: readonly KnownClass[]): Classes {
  const classes = new Classes(declaredClasses);
  for (const known of listed) classes.add(known);
  return classes;
}

export function knownClassesIn(value: readonly CacheableClassOption[]): readonly KnownClass[] {
  if (!Array.isArray(value)) throw refusal('classes of CacheModule', 'must be a list of classes');
  return (value as readonly CacheableClassOption[]).flatMap((one) => {
    const [target, options] = Array.isArray(one) ? (one as [CacheableClass, CacheableOptions]) : [one, undefined];
    if (typeof target !== 'function') throw refusal('classes of CacheModule', 'must be a list of classes');
    // What its decorator says holds.
    const isDeclared = options === undefined && declaredClasses.of(target.prototype as object) !== undefined;
    return isDeclared ? [] : [knownClassOf(target as CacheableClass, options)];
  });
}

export function knownClassOf(target: CacheableClass, options: CacheableOptions = {}): KnownClass {
  const { name = target.name, version = '' } = options;
  if (typeof name !== 'string' || name === '') throw refusal('A class that may be cached', 'must have a name');
  if (typeof version !== 'string' && typeof version !== 'number')
    throw refusal(`The version of ${name}`, 'must be a text or a number');
  const craft = craftOf(target, options, name);
  const shape = craft === undefined ? `${version}` : `toCache ${version}`;
  return { name: `class:${name}`, shape, prototype: target.prototype as object, craft };
}

function craftOf(target: CacheableClass, options: CacheableOptions, name: string): Craft | undefined {
  const [toCache, fromCache] = (['toCache', 'fromCache'] as const).map(
    (hook): unknown => options[hook] ?? (Reflect.get(target, hook) as unknown),
  );
  if (toCache === undefined && fromCache === undefined) return undefined;
  if (typeof toCache !== 'function' || typeof fromCache !== 'function')
    throw refusal(name, 'must have both toCache and fromCache, or neither');
  return {
    toCache: (instance) => Reflect.apply(toCache, target, [instance]) as unknown,
    fromCache: (plain) => Reflect.apply(fromCache, target, [plain]) as unknown,
  };
}

function refusal(what: string, must: string): CacheError {
  const advice =
    'Correct it where the class is decorated with @Cacheable(), or listed in CacheModule.forRoot({ classes }).';
  return new CacheError('CACHE_OPTIONS_INVALID', `${what} ${must}. ${advice}`);
}
