import { inspect } from 'node:util';
import { CacheError } from '../../core/errors.js';
import type { Kept } from '../../core/entry.js';
import type { Again, Read } from '../../core/read.js';
import type { Runtime } from '../../core/runtime.js';
import type { MethodScope } from './scope-option.js';

/** What a call of the method would read; a function where it would be answered by nothing but its source. */
export type Reading = (
  runtime: Runtime,
  instance: object,
  args: unknown[],
) => Read<unknown> | ((load: () => Promise<unknown>) => unknown);

/** One call, as it was made. */
interface Call {
  readonly name: string;
  readonly instance: object;
  readonly args: unknown[];
}

const usualPart = 0.2;
/** The object, what it refers to and a place in the wheel. */
const overhead = 300;

/** How calls of one method are made again before their entries expire: `@Cached({ refreshAhead: true })`. (I31) */
export class RefreshAhead {
  readonly #part: number;
  readonly #reading: Reading;
  /** Those that live as long as their application: an entry must not hold on to a request. */
  readonly #instances = new WeakMap<object, Runtime>();

  static from(
    option: unknown,
    scope: MethodScope | undefined,
    where: string,
    reading: Reading,
  ): RefreshAhead | undefined {
    if (option === undefined || option === false) return undefined;
    const [name] = scope?.names ?? [];
    if (name !== undefined) throw ofRequest(name, where);
    const part = option === true ? usualPart : option;
    if (typeof part === 'number' && part > 0 && part <= 0.5) return new RefreshAhead(part, reading);
    const wanted = "true, or the last part of an entry's life, above 0 and at most 0.5";
    throw new CacheError(
      'CACHE_OPTIONS_INVALID',
      `refreshAhead of @Cached on ${where} must be ${wanted}, got ${inspect(option)}. Leave it out to load nothing ahead.`,
    );
  }

  private constructor(part: number, reading: Reading) {
    this.#part = part;
    this.#reading = reading;
  }

  allow(instance: object, runtime: Runtime): void {
    this.#instances.set(instance, runtime);
  }

  /** To be asked before the method is called, because it may change what it is given. */
  againFor({ name, instance, args }: Call): Again | undefined {
    const runtime = this.#instances.get(instance);
    const copies = runtime && copiesOf(args, name, runtime);
    if (runtime === undefined || copies === undefined) return undefined;
    const read = (): Read<unknown> | undefined => {
      const asked = this.#reading(runtime, instance, copies.give());
      return typeof asked === 'function' ? undefined : asked;
    };
    return { name, part: this.#part, weight: copies.weight + overhead, read };
  }
}

/** What the method takes from its request beside its arguments would be nobody's, and be kept as that of its user. */
function ofRequest(name: string, where: string): CacheError {
  const what = `refreshAhead of @Cached on ${where} cannot stand beside the scope '${name}': nobody asks when it loads`;
  const advice = `Let the call say for whom it is, scope: (${name}) => ({ ${name} }), or leave refreshAhead out.`;
  return new CacheError('CACHE_OPTIONS_INVALID', `${what}. ${advice}`);
}

/** Copies, and only if they are faithful: what the caller goes on using may change, or may be the request. */
function copiesOf(args: unknown[], name: string, { memory, tell }: Runtime): Kept<unknown[]> | undefined {
  try {
    return memory.keeper.keep(args, 'clone');
  } catch (error) {
    tell({ kind: 'unprepared', name, by: 'refreshing', error });
    return undefined;
  }
}
